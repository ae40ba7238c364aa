"""The services of a Compose file without a container engine: each in a network namespace of its own, with the names of the others
in its hosts file, on one bridge. Programs are those of this machine, and the image of firstcome."""

import contextlib
import ctypes
import os
import pathlib
import re
import shutil
import subprocess
import time

import yaml

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
SUBNET = "172.30.0"
DEADLINE = 180


def ip(*words):
    subprocess.run(["ip", *words], check=True)


@contextlib.contextmanager
def inside(namespace):
    """This thread in a network namespace: sockets that it opens stay there."""
    with open("/proc/thread-self/ns/net", encoding="ascii") as before, open(f"/run/netns/{namespace}", encoding="ascii") as other:
        assert LIBC.setns(other.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert LIBC.setns(before.fileno(), CLONE_NEWNET) == 0


class Network:
    """A bridge in a namespace, which is the host of the containers, and a namespace for each of them."""

    def __init__(self, names):
        self.prefix = f"firstcome-{os.getpid()}"
        self.host = f"{self.prefix}-host"
        self.names = names
        self.addresses = {name: f"{SUBNET}.{number}" for number, name in enumerate(names, 10)}

    def namespace(self, name):
        return f"{self.prefix}-{name}"

    def __enter__(self):
        ip("netns", "add", self.host)
        ip("-n", self.host, "link", "set", "lo", "up")
        ip("-n", self.host, "link", "add", "bridge", "type", "bridge")
        ip("-n", self.host, "addr", "add", f"{SUBNET}.1/24", "dev", "bridge")
        ip("-n", self.host, "link", "set", "bridge", "up")
        hosts = "127.0.0.1 localhost\n" + "".join(f"{address} {name}\n" for name, address in self.addresses.items())
        for name, address in self.addresses.items():
            own = self.namespace(name)
            ip("netns", "add", own)
            ip("-n", self.host, "link", "add", f"to-{name}"[:15], "type", "veth", "peer", "name", "eth0", "netns", own)
            ip("-n", self.host, "link", "set", f"to-{name}"[:15], "master", "bridge", "up")
            ip("-n", own, "link", "set", "lo", "up")
            ip("-n", own, "addr", "add", f"{address}/24", "dev", "eth0")
            ip("-n", own, "link", "set", "eth0", "up")
            folder = pathlib.Path("/etc/netns", own)  # `ip netns exec` puts its files over those of /etc
            folder.mkdir(parents=True)
            (folder / "hosts").write_text(hosts)
        return self

    def __exit__(self, *_):
        for name in self.names:
            own = self.namespace(name)
            subprocess.run(["ip", "netns", "del", own], check=False)
            shutil.rmtree(f"/etc/netns/{own}", ignore_errors=True)
        subprocess.run(["ip", "netns", "del", self.host], check=False)


def seconds(text):
    return float(re.fullmatch(r"(\d+)s", str(text))[1])


class Containers:
    """Starts services in the order that depends_on demands, and waits for what it demands. `make(name, service)` returns the
    command of a service, run in its namespace; `check(name, words)` the command of its health check."""

    def __init__(self, file, network, folder, make, check):
        self.services = {name: one for name, one in yaml.safe_load(file.read_text())["services"].items() if name in network.names}
        self.network, self.folder, self.make, self.check = network, folder, make, check
        self.processes = {}

    def up(self):
        for name in self.services:
            self._start(name)
        for name, service in self.services.items():
            if "healthcheck" in service:
                self._wait_healthy(name)

    def _start(self, name):
        if name in self.processes:
            return
        for needed, how in self.services[name].get("depends_on", {}).items():
            self._start(needed)
            if how["condition"] == "service_completed_successfully":
                assert self.processes[needed].wait(DEADLINE) == 0, f"{needed}:\n{self.log(needed)}"
            else:
                assert how["condition"] == "service_healthy", how
                self._wait_healthy(needed)
        self.start(name)

    def start(self, name):
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(self._words(name, self.make(name, self.services[name])), stdin=subprocess.DEVNULL,
                                                    stdout=log, stderr=log, start_new_session=True)

    def _words(self, name, words):
        """With the name as the host's name, which Kafka looks up."""
        return ["ip", "netns", "exec", self.network.namespace(name), "unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', name,
                *map(str, words)]

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")[-8000:]

    def _wait_healthy(self, name):
        """As an engine: the check at its interval, until it succeeds; too many failures after the start period end it."""
        check = self.services[name]["healthcheck"]
        tries = check["retries"] + seconds(check.get("start_period", "0s")) / seconds(check["interval"])
        until = time.monotonic() + min(DEADLINE, tries * seconds(check["interval"]))
        while self.exec(name, *self.check(name, check["test"][1:]), must=False).returncode != 0:
            assert self.processes[name].poll() is None, f"{name} ended:\n{self.log(name)}"
            assert time.monotonic() < until, f"{name} is not healthy:\n{self.log(name)}"
            time.sleep(0.5)  # the interval of the file would only make the test slower

    def exec(self, name, *words, must=True):
        done = subprocess.run(self._words(name, words), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE, check=False)
        assert not must or done.returncode == 0, (words, done.stdout, done.stderr)
        return done

    def kill(self, name):
        """As `docker kill`: nothing of the container remains."""
        pids = subprocess.run(["ip", "netns", "pids", self.network.namespace(name)], check=True, capture_output=True, text=True).stdout
        subprocess.run(["kill", "-KILL", *pids.split()], check=False)
        self.processes[name].wait(DEADLINE)

    def down(self):
        for name in reversed(list(self.processes)):
            pids = subprocess.run(["ip", "netns", "pids", self.network.namespace(name)], check=False, capture_output=True, text=True).stdout
            if pids:
                subprocess.run(["kill", "-KILL", *pids.split()], check=False)
            self.processes[name].wait(DEADLINE)
