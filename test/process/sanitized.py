"""Fixtures for every conftest.py: a binary with a sanitizer writes its findings into files, so that they survive a kill of the
process. A finding during a test fails the test.
"""

import os

import pytest

# Multiplies the memory of the binary: ThreadSanitizer keeps four bytes for each byte of the program.
MEMORY = 5 if os.environ.get("FIRSTCOME_SANITIZE") else 1
OPTIONS = ("TSAN_OPTIONS", "ASAN_OPTIONS", "UBSAN_OPTIONS")  # a binary without a sanitizer ignores them


class Reports:
    def __init__(self, folder):
        self.folder, self.read = folder, {}

    def expect_none(self):
        """New findings since the last call."""
        output = ""
        for path in sorted(self.folder.iterdir()):
            text = path.read_text(errors="replace")
            output += text[self.read.get(path, 0):]
            self.read[path] = len(text)
        assert not output, output


@pytest.fixture(scope="session", autouse=True)
def reports(tmp_path_factory):
    reports = Reports(tmp_path_factory.mktemp("sanitizer"))
    with pytest.MonkeyPatch.context() as patch:
        for name in OPTIONS:
            patch.setenv(name, f"{os.environ.get(name, '')}:log_path={reports.folder}/report".removeprefix(":"))
        yield reports
    reports.expect_none()  # findings of processes that tests share


@pytest.fixture(autouse=True)
def nothing_found_by_a_sanitizer(reports):
    yield
    reports.expect_none()
