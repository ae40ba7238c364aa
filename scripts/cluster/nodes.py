"""Nodes of firstcome, and its commands."""

import os
import pathlib
import signal
import subprocess

from children import Child

BINARY = pathlib.Path(__file__).resolve().parent.parent.parent / "build" / "release" / "bin" / "firstcome"
VERB_WITHIN = 60  # seconds
STOP_WITHIN = 30


def environment(cluster):
    """The environment of this process without the variables of firstcome."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTCOME_")}
    return {**kept, **cluster.addresses()}


def run(cluster, *words):
    """Runs a command to its end: (exit code, output)."""
    done = subprocess.run([BINARY, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=VERB_WITHIN, env=environment(cluster),
                          check=False)
    return done.returncode, done.stdout


class Node(Child):
    ready_line = b"ready after"

    def __init__(self, name, role, cluster, folder, admin_port, users_port=None):
        super().__init__(name, folder / f"{name}.log")
        self.role, self.cluster = role, cluster
        self.admin = f"127.0.0.1:{admin_port}"
        self.users = f"127.0.0.1:{users_port}" if users_port else None

    def start(self):
        listen = ["--admin-listen", self.admin, *(["--listen", self.users] if self.users else [])]
        self.launch([BINARY, "serve", "--role", self.role, *listen], farewell=signal.SIGTERM,
                    env=environment(self.cluster))

    def ask_to_end(self):
        if self.is_running():
            self.process.send_signal(signal.SIGTERM)

    def end(self):
        """Ends it gracefully: accepted requests are answered and saved."""
        self.ask_to_end()
        try:
            if self.process is not None:
                self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()

    def facts(self):
        users = f"users http://{self.users}, " if self.users else ""
        return {"address": f"{users}admin http://{self.admin}", **super().facts()}
