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
        self.notifications = Notifications()
        user = setting(unit, "User")
        command = ["setpriv", f"--reuid={user}", f"--regid={setting(unit, 'Group')}", "--init-groups", "--no-new-privs",
                   "--bounding-set=-all", "--inh-caps=-all", *shlex.split(setting(unit, "ExecStart"))]
        environment = {"NOTIFY_SOCKET": self.notifications.name, "WATCHDOG_USEC": str(int(setting(unit, "WatchdogSec")) * 1_000_000)}
        self.process = subprocess.Popen(chroot.command(*command, env=environment), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.log = LogLines(self.process.stderr, DEADLINE)
        self.notifications.wait_for("READY")

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
