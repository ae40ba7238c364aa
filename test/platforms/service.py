"""What systemd does for the service, where there is none: its user, its environment and its notifications."""

import os
import pathlib
import re
import shlex
import signal
import subprocess

from log_lines import LogLines
from notifications import Notifications

DEADLINE = 60


def setting(unit, name):
    """The value of a line of a unit."""
    return re.search(rf"^{name}=(.*)$", unit, re.MULTILINE).group(1)


class Service:
    """The ExecStart of the unit in a chroot, as the user of the unit, until READY=1."""

    def __init__(self, chroot):
        unit = chroot.path("/lib/systemd/system/firstcome.service").read_text()
        place = chroot.path("/run/notify")
        place.unlink(missing_ok=True)
        self.notifications = Notifications(place)
        user = setting(unit, "User")
        command = ["setpriv", f"--reuid={user}", f"--regid={setting(unit, 'Group')}", "--init-groups", "--no-new-privs",
                   "--bounding-set=-all", "--inh-caps=-all", *shlex.split(setting(unit, "ExecStart"))]
        environment = {"NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": str(int(setting(unit, "WatchdogSec")) * 1_000_000)}
        # A network of its own, so that its usual ports are free.
        alone = ["unshare", "--net", "sh", "-euc", 'ip link set lo up; exec "$@"', "sh"]
        self.process = subprocess.Popen([*alone, *chroot.command(*command, env=environment)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.log = LogLines(self.process.stderr, DEADLINE)
        try:
            self.log.wait_for("ready after")
            self.notifications.wait_for("READY")
        except AssertionError:
            self.kill()
            raise

    def beside(self, chroot, *words):
        """A command in the chroot that reaches the listeners of the server."""
        entered = ["nsenter", f"--net=/proc/{self.server()}/ns/net", *chroot.command(*words)]
        done = subprocess.run(entered, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE, check=False)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def stop(self):
        """As `systemctl stop` does. unshare, which waits for the process, does not pass SIGTERM on."""
        os.kill(self.server(), signal.SIGTERM)
        assert self.process.wait(DEADLINE) == 0, self.log.text()
        self.notifications.wait_for("STOPPING")

    def server(self):
        """The process id of the server, the last of the processes that become each other."""
        process = self.process.pid
        while children := pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split():
            process = int(children[0])
        assert pathlib.Path(f"/proc/{process}/comm").read_text() == "firstcome\n"
        return process

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()  # --kill-child ends the server, too
            self.process.wait(DEADLINE)
