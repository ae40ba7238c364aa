"""The Java clients and the Spring Boot starter (clients/): their own tests, by Maven, against this server. Maven fetches what
they need once, into the user's repository."""

import os
import pathlib
import subprocess
import sys

from server import BINARY, clean_environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts" / "cluster"))
from jars import locked  # noqa: E402


def test_the_java_clients_pass_their_tests():
    environment = clean_environment(FIRSTCOME_BINARY=os.path.abspath(BINARY))
    with locked(ROOT / "build" / "clients"):
        done = subprocess.run(["mvn", "-B", "-f", ROOT / "clients", "verify"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout
    assert "Tests run: " in done.stdout and "Skipped: 0" in done.stdout, done.stdout
