"""What a binary that was built with a sanitizer finds, it writes into files, so that it was said although the process is killed
afterwards; whatever came during a test fails it. Fixtures, for every conftest.py.
"""

import os

import pytest

# Times what the binary itself would take: ThreadSanitizer keeps four bytes beside each of the program's.
MEMORY = 5 if os.environ.get("FIRSTCOME_SANITIZE") else 1
OPTIONS = ("TSAN_OPTIONS", "ASAN_OPTIONS", "UBSAN_OPTIONS")  # a binary without sanitizer reads none of them


class Reports:
    def __init__(self, folder):
        self.folder, self.read = folder, {}

    def expect_none(self):
        """Since the last look."""
        said = ""
        for path in sorted(self.folder.iterdir()):
            text = path.read_text(errors="replace")
            said += text[self.read.get(path, 0):]
            self.read[path] = len(text)
        assert not said, said


@pytest.fixture(scope="session", autouse=True)
def reports(tmp_path_factory):
    reports = Reports(tmp_path_factory.mktemp("sanitizer"))
    with pytest.MonkeyPatch.context() as patch:
        for name in OPTIONS:
            patch.setenv(name, f"{os.environ.get(name, '')}:log_path={reports.folder}/report".removeprefix(":"))
        yield reports
    reports.expect_none()  # of processes that tests share


@pytest.fixture(autouse=True)
def nothing_found_by_a_sanitizer(reports):
    yield
    reports.expect_none()
