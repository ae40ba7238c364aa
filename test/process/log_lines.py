"""The lines that a program writes, read as they come."""

import re
import threading
import time


class LogLines:
    """Reads `stream` until it ends, on a thread of its own, so that the program never waits for a reader."""

    def __init__(self, stream, within):
        self._within = within  # seconds, of each wait
        self._lines = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._reader.start()

    def _read(self, stream):
        for line in stream:
            with self._changed:
                self._lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._lines.append(None)  # end of the log
            self._changed.notify_all()

    def text(self):
        return "\n".join(line for line in self._lines if line is not None)

    def wait_for(self, pattern):
        """The first match of a regular expression."""
        deadline = time.monotonic() + self._within
        looked_at = 0
        with self._changed:
            while True:
                for line in self._lines[looked_at:]:
                    looked_at += 1
                    assert line is not None, f"ended without '{pattern}':\n{self.text()}"
                    found = re.search(pattern, line)
                    if found:
                        return found
                assert self._changed.wait(deadline - time.monotonic()), f"no '{pattern}' in:\n{self.text()}"

    def wait_for_end(self):
        self._reader.join(self._within)
