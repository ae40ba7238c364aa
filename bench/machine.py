"""The machine a bench runs on, and the programs it starts there."""

import collections
import datetime
import json
import os
import pathlib
import platform
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")


def describe():
    cpu = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    git = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True)
    return {"cpu": cpu, "cores": os.cpu_count(), "memoryGiB": round(memory), "kernel": platform.release(),
            "commit": git.stdout.strip() or "unknown",
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")}


class Program:
    """A child process and its cost."""

    def __init__(self, command):
        self.child = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                      text=True)

    def cpu_seconds_by_thread(self):
        """Name of a thread → seconds. Ended threads are missing."""
        seconds = collections.Counter()
        for task in pathlib.Path(f"/proc/{self.child.pid}/task").iterdir():
            name, fields = (task / "stat").read_text().split("(", 1)[1].rsplit(")", 1)
            fields = fields.split()
            seconds[name] += (int(fields[11]) + int(fields[12])) / TICKS
        return seconds

    def cpu_seconds(self):
        return sum(self.cpu_seconds_by_thread().values())

    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.child.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024

    def settle(self):
        """Returns when it has finished the work of the previous run (saving, closing)."""
        for _ in range(100):
            before = self.cpu_seconds()
            time.sleep(0.2)
            if self.cpu_seconds() - before <= 0.01:
                return

    def stop(self):
        self.child.terminate()
        self.child.wait(30)


def busy_seconds():
    """Processor time of the whole machine, without waiting."""
    user, nice, system, _, _, interrupts, soft_interrupts = pathlib.Path("/proc/stat").read_text().split(maxsplit=8)[1:8]
    return sum(map(int, (user, nice, system, interrupts, soft_interrupts))) / TICKS


def settle():
    """Returns when the machine has been idle for half a second: at most a tenth of its processors is busy."""
    for _ in range(60):
        before = busy_seconds()
        time.sleep(0.5)
        if busy_seconds() - before <= 0.05 * os.cpu_count():
            return


def call(method, url, body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
    unverified = ssl._create_unverified_context() if url.startswith("https:") else None
    with urllib.request.urlopen(request, timeout=10, context=unverified) as response:
        return json.loads(response.read())


def wait_for(url, program):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            return call("GET", url)
        except OSError:
            if program.child.poll() is not None:
                sys.exit(f"it ended at once: {program.child.stderr.read()}")
            time.sleep(0.05)
    sys.exit(f"{url} does not answer")


class Server(Program):
    """A ready firstcome with --bench-route, with its own data or the data that `place` names. `tls`: files of the
    certificate and its key."""

    def __init__(self, binary, port, *flags, place=None, tls=None):
        self.data = tempfile.TemporaryDirectory(prefix="firstcome-bench-")
        place = ["--data", self.data.name] if place is None else place
        users, admin = f"127.0.0.1:{port}", f"127.0.0.1:{port + 1}"
        scheme = "https://" if tls else "http://"
        self.users, self.admin = scheme + users, scheme + admin
        if "--press-rate" not in flags:  # the generators press faster than customers
            flags = (*flags, "--press-rate", "0")
        if tls:
            flags = (*flags, "--tls-cert", tls[0], "--tls-key", tls[1])
        super().__init__([binary, "serve", *place, "--listen", users, "--admin-listen", admin, "--bench-route", "--log-level",
                          "error", *flags])
        wait_for(f"{self.admin}/readyz", self)

    def create_policy(self, number, max_count):
        call("POST", f"{self.admin}/v1/policies", {"id": number, "name": f"policy {number}", "maxCount": max_count})

    def policy(self, number):
        return call("GET", f"{self.users}/v1/policies/{number}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.data.cleanup()
