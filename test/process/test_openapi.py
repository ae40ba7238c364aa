"""The server conforms to /openapi.json: Schemathesis calls every operation with valid and invalid input, and with methods that
the document does not name, and compares each answer with the document."""

import json
import pathlib
import subprocess
import urllib.request

import pytest
from server import DEADLINE, Server, clean_environment

HERE = pathlib.Path(__file__).parent / "openapi"
KEY = "0123456789abcdefghij"


@pytest.fixture(scope="module")
def programs():
    command = [HERE.parent / "python_environment", "schemathesis", HERE]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=150).stdout.strip()


@pytest.fixture
def server(tmp_path):
    key = tmp_path / "key"
    key.write_text(KEY + "\n")
    key.chmod(0o600)
    with Server(tmp_path / "data", "--admin-key-file", str(key)) as server:
        yield server
        server.stop()


def document(server):
    """The document as the server returns it."""
    with urllib.request.urlopen(f"http://{server.users}/openapi.json", timeout=DEADLINE) as answer:
        return json.load(answer)


def without_admin(document):
    """The part on the users' listener: operations with the tag `admin` are only on the other one."""
    paths = {}
    for path, operations in document["paths"].items():
        kept = {method: operation for method, operation in operations.items() if "admin" not in operation["tags"]}
        if kept:
            paths[path] = kept
    return {**document, "paths": paths}


def hold(address, document, programs, folder):
    """Runs Schemathesis with a fixed seed; returns its findings as text."""
    written = folder / "openapi.json"
    written.write_text(json.dumps(document))
    command = [f"{programs}/schemathesis", "--no-color", "--config-file", HERE / "schemathesis.toml", "run", written,
               "--url", f"http://{address}", "--header", f"Authorization: Bearer {KEY}", "--checks", "all", "--seed", "7",
               "--max-examples", "10", "--continue-on-failure"]
    environment = clean_environment(SCHEMATHESIS_HOOKS="hooks", PYTHONPATH=str(HERE), PYTHONDONTWRITEBYTECODE="1")
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=100, cwd=folder, env=environment)
    assert done.returncode == 0, done.stdout


def test_the_admin_listener_conforms_to_its_document(server, programs, tmp_path):
    hold(server.admin, document(server), programs, tmp_path)


def test_the_users_listener_conforms_to_its_document(server, programs, tmp_path):
    hold(server.users, without_admin(document(server)), programs, tmp_path)
