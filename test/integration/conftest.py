"""One cluster for all files; a topic and a database for each test; the logs of its nodes if it fails."""

import os
import pathlib
import random
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "process"))
from clients import Clients  # noqa: E402
from sanitized import nothing_found_by_a_sanitizer, reports  # noqa: E402, F401
from servers import Place, Servers  # noqa: E402

LAST_LINES = 40


@pytest.fixture(scope="session")
def servers():
    servers = Servers()
    yield servers
    servers.end()


@pytest.fixture
def place(servers, request, tmp_path):
    """Created, without nodes."""
    place = Place(servers, request.node.name.removeprefix("test_")[:50].replace("[", "-").rstrip("]"), tmp_path).make()
    request.node.place = place
    yield place
    place.end()


@pytest.fixture
def clients():
    return Clients()


@pytest.fixture
def chance():
    seed = int(os.environ.get("SEED", "0")) or random.SystemRandom().randrange(1, 2**32)
    print(f"seed {seed}; again: SEED={seed}")
    return random.Random(seed)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    if report.failed and hasattr(item, "place"):
        for node in item.place.nodes:
            report.sections.append((node.name, "\n".join(node.log_text().splitlines()[-LAST_LINES:])))
