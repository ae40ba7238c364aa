"""A machine of its own for what a README shows: an own loopback, own names of hosts, and several terminals."""

import os
import signal
import subprocess
import sys

from log_lines import LogLines

LIMIT = 300  # seconds


class Machine:
    """`names`: hosts that are this machine. `address`: what is not loopback for the programs on it."""

    def __init__(self, folder, address, names, env):
        self.folder, self.env = folder, env
        hosts = folder / "hosts"
        hosts.write_text(f"127.0.0.1 localhost {' '.join(names)}\n")
        script = f"ip link set lo up; ip address add {address}/32 dev lo; mount --bind {hosts} /etc/hosts; echo up; exec sleep infinity"
        self.process = subprocess.Popen(["unshare", "--net", "--mount", "--propagation", "private", "sh", "-euc", script],
                                        stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "up\n"
        self.terminals = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for terminal in reversed(self.terminals):
            terminal.interrupt()
        self.process.kill()
        self.process.wait()

    def words(self, command):
        return ["nsenter", f"--target={self.process.pid}", "--net", "--mount", f"--wd={self.folder}", "bash", "-c", command]

    def type(self, command, env=None):
        """Runs it to its end, which must be a success; what it printed."""
        done = subprocess.run(self.words(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=LIMIT, env={**self.env, **(env or {})}, check=False)
        sys.stdout.write(f"$ {command}\n{done.stdout}")  # pytest shows it when a test fails
        assert done.returncode == 0, f"$ {command}\nexit code {done.returncode}\n{done.stdout}"
        return done.stdout

    def start(self, command, until, env=None):
        """Runs it in another terminal, until Ctrl-C; returns when a line has the pattern."""
        terminal = Terminal(self.words(command), {**self.env, **(env or {})})
        self.terminals.append(terminal)
        return terminal, terminal.lines.wait_for(until)


class Terminal:
    def __init__(self, words, env):
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env,
                                        start_new_session=True)
        self.lines = LogLines(self.process.stdout, LIMIT)

    def interrupt(self):
        """Ctrl-C: every process of the terminal gets the signal. The exit code."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(LIMIT)


def copy_of(source, folder):
    """What a stranger has after `git clone`, with changes that are not committed yet, and with the finished builds of `source`."""
    subprocess.run([source / "scripts/copy-sources", folder], check=True)
    (folder / "build").symlink_to(source / "build")
