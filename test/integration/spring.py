"""Programs of a shop with Spring: test/spring, compiled once."""

import subprocess
import sys
import threading

from server import DEADLINE

from servers import ROOT

sys.path.insert(0, str(ROOT / "scripts" / "cluster"))
from jars import compiled  # noqa: E402

# For a quick start: none of them runs long.
JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx256m",
       "-Dorg.slf4j.simpleLogger.defaultLogLevel=error")


class Program:
    """One program. It reads commands from its standard input and answers each with one line."""

    def __init__(self, main, *words):
        path = compiled(ROOT / "test" / "spring", ROOT / "build" / "spring", "Spring")
        self.process = subprocess.Popen(["java", *JVM, "-cp", path, f"shop.{main}", *words], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(DEADLINE)
        self.process.stdin.close()
        self.process.stdout.close()

    def begin(self, *words):
        """Starts a command; answer() waits for its answer."""
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()

    def answer(self):
        """Waits for the answer. A program that hangs is ended, which ends the wait."""
        patience = threading.Timer(2 * DEADLINE, self.process.kill)  # after a leader's death Java's producer needs many seconds
        patience.start()
        try:
            line = self.process.stdout.readline()
        finally:
            patience.cancel()
        assert line, "the program has ended; its stderr has the reason"
        return line.rstrip("\n")

    def command(self, *words):
        self.begin(*words)
        return self.answer()
