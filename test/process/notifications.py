"""The service manager's end of sd_notify(3)."""

import os
import socket
import threading
import time

DEADLINE = 60


class Notifications:
    """The datagrams of sd_notify(3), as dictionaries. Without a path, the socket is no file."""

    def __init__(self, path=None):
        self.name = str(path) if path else f"@firstcome-{os.getpid()}-{id(self)}"
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.name if path else "\0" + self.name[1:])
        if path:
            path.chmod(0o666)
        self.seen = []
        self.changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            text = self.socket.recv(4096).decode()
            with self.changed:
                self.seen.append(dict(line.split("=", 1) for line in text.splitlines()))
                self.changed.notify_all()

    def wait_for(self, name, after=0):
        """The index behind the first notification with this name."""
        deadline = time.monotonic() + DEADLINE
        with self.changed:
            while True:
                for index, notification in enumerate(self.seen[after:], after):
                    if name in notification:
                        return index + 1
                assert self.changed.wait(deadline - time.monotonic()), f"no {name} in {self.seen[after:]}"

    def anything_within(self, seconds, after):
        """Whether a notification comes behind the index `after`."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.seen) > after, seconds)

    def names(self):
        """The names of all notifications, in order."""
        with self.changed:
            return [next(iter(notification)) for notification in self.seen]
