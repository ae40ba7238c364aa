"""Servers as child processes that end with their parent, whatever ends it."""

import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
LAST_LINES = 30
READY_WITHIN = 90  # seconds


def say(*words):
    print("cluster:", *words, file=sys.stderr, flush=True)


def start(command, log, farewell=signal.SIGKILL, account=None, env=None, folder=None):
    """Starts a command with its output appended to `log`. It receives the signal `farewell` when this process dies.
    It has its own session: Ctrl-C reaches only the script, which then ends its children itself, in order."""
    parent = os.getpid()

    def before_exec():  # after setuid, which would clear it
        LIBC.prctl(PR_SET_PDEATHSIG, farewell)
        if os.getppid() != parent:
            os._exit(126)

    become = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    with open(log, "ab") as output:
        return subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                                stderr=output, start_new_session=True, preexec_fn=before_exec, env=env, cwd=folder,
                                **become)


class Child:
    """A server with a name and a log. Its subclass knows how to start it: start()."""

    ready_line = b""  # in its log, once it serves

    def __init__(self, name, log):
        self.name, self.log = name, log
        self.process = None
        self._read_from = 0  # the log since this start

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def launch(self, command, **how):
        self.log.touch()
        self._read_from = self.log.stat().st_size
        self.process = start(command, self.log, **how)

    def is_ready(self):
        return self.ready_line in self.log.read_bytes()[self._read_from:]

    def wait_until_ready(self):
        deadline = time.monotonic() + READY_WITHIN
        while not self.is_ready():
            if not self.is_running() or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not start:\n{last_lines(self.log)}")
            time.sleep(0.02)

    def kill(self):
        """Ends it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def facts(self):
        return {"pid": self.process.pid if self.is_running() else None, "log": str(self.log)}


def adopt_orphans():
    """Makes this process the parent of orphaned grandchildren, so that it can wait for them."""
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1)


def unprivileged_account():
    """The account for a server that refuses root; None: the current account."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            pass
    raise RuntimeError("PostgreSQL does not run as root, and there is no account postgres or nobody")


def last_lines(log):
    with open(log, encoding="utf-8", errors="replace") as file:
        return "".join(file.readlines()[-LAST_LINES:])


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def refuse_taken(ports):
    """Reports taken ports now, with a clear message, before a server fails on them."""
    for port in ports:
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(("127.0.0.1", port))
            except OSError as taken:
                raise RuntimeError(f"port {port} of 127.0.0.1 cannot be had: {taken.strerror}") from taken
