"""Programs of a shop that runs Spring: test/spring, compiled once."""

import subprocess
import sys
import threading

from server import DEADLINE

from servers import ROOT

sys.path.insert(0, str(ROOT / "scripts" / "cluster"))
from jars import compiled  # noqa: E402

# Quick to start, since none of them runs for long.
JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx256m",
       "-Dorg.slf4j.simpleLogger.defaultLogLevel=error")


class Program:
    """One of them, led by lines on its standard input, each of which it answers with one."""

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
        """Under way; answer() waits for it."""
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()

    def answer(self):
        """A program that hangs is ended, which ends the wait."""
        patience = threading.Timer(2 * DEADLINE, self.process.kill)  # a leader's death costs Java's producer many seconds
        patience.start()
        try:
            line = self.process.stdout.readline()
        finally:
            patience.cancel()
        assert line, "the program has ended; what it said on stderr tells why"
        return line.rstrip("\n")

    def obey(self, *words):
        self.begin(*words)
        return self.answer()
