"""A reader who types what a page shows, word by word: each line after a $ is run, and the lines below it are the expected
output."""

import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import time

from server import BINARY, DEADLINE, Server, clean_environment

USERS, ADMIN = "127.0.0.1:8080", "127.0.0.1:8081"  # the pages' ports; the test uses free ones


def steps(text):
    """(command, expected output), in order."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line.startswith("> "):
                found[-1] = (f"{found[-1][0]}\n{line[2:]}", [])
            else:
                found[-1][1].append(line)
    return found


def pattern_of(lines):
    """A line that is only … stands for any number of lines; the number of blanks may differ, as in a table."""
    text = ""
    for line in lines:
        if line == "…":
            text += r"(?:.*\n)*?"
        else:
            text += r"[^\n]*?".join(re.sub(r"(\\ )+", " +", re.escape(part)) for part in line.split("…")) + r"\n"
    return text


@dataclasses.dataclass
class Typed:
    """The reader's `serve` commands, with only the addresses changed."""
    flags: list


class Reader:
    """A reader with a page, a shell, and a second terminal for the server."""

    def __init__(self, folder):
        self.folder = folder
        self.server = None
        (folder / "bin").mkdir()
        (folder / "bin" / "firstcome").symlink_to(pathlib.Path(BINARY).resolve())
        self.environment = clean_environment(PATH=f"{folder / 'bin'}:{os.environ['PATH']}")

    def type(self, command, expected):
        output = self.serve(command, expected) if command.startswith("firstcome serve") else self.run(command)
        deadline = time.monotonic() + DEADLINE
        while command.startswith("sqlite3") and not re.fullmatch(pattern_of(expected), output) and time.monotonic() < deadline:
            output = self.run(command)  # the store is a moment behind
        assert re.fullmatch(pattern_of(expected), output), f"$ {command}\n{output}\n--- the page shows\n" + "\n".join(expected)

    def serve(self, command, expected):
        self.stop()
        self.server = Server(Typed(command.split()[2:]), cwd=self.folder)
        self.server.wait_for(pattern_of(expected[-1:]).removesuffix(r"\n"))  # it may come after the log says that the server is ready
        self.environment.update(FIRSTCOME_SERVER=f"http://{self.server.users}", FIRSTCOME_ADMIN=f"http://{self.server.admin}")
        return self.in_the_pages_words(self.server.log_text().rstrip() + "\n")

    def run(self, command):
        if self.server:
            command = command.replace(USERS, self.server.users).replace(ADMIN, self.server.admin)
        done = subprocess.run(["bash", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=DEADLINE, env=self.environment, cwd=self.folder,
                              check=False)
        text = done.stdout if not done.stdout or done.stdout.endswith("\n") else done.stdout + "\n"
        return self.in_the_pages_words(text)

    def in_the_pages_words(self, text):
        if self.server:
            text = text.replace(self.server.users, USERS).replace(self.server.admin, ADMIN)
        return text

    def stop(self):
        if self.server and self.server.process.poll() is None:
            self.server.process.send_signal(signal.SIGINT)
            assert self.server.wait() == 0, self.server.log_text()

    def type_all(self, typed):
        try:
            for command, expected in typed:
                self.type(command, expected)
        finally:
            self.stop()
