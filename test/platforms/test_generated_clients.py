"""Clients that well-known generators make of /openapi.json: type-checked, and a coupon issued with each."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import urllib.request

import pytest
from server import DEADLINE, Server, clean_environment, run

HERE = pathlib.Path(__file__).parent / "clients"
GUIDE = HERE.parents[2] / "docs" / "guide" / "clients.md"
POLICY = 7


@pytest.fixture(scope="module")
def programs():
    done = subprocess.run([HERE / "install"], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    return pathlib.Path(done.stdout.strip())


class Shop:
    """A server with one coupon, and a key for it."""

    def __init__(self, folder):
        keys = folder / "keys.toml"
        self.admin, self.key = (self._key(keys, name, scopes) for name, scopes in (("operator", "admin"), ("shop", "issue,read")))
        self.server = Server(folder / "data", "--keys-file", str(keys))
        status, answer = self.server.call("POST", "/v1/policies", {"id": POLICY, "name": "Noon", "maxCount": 1}, admin=True,
                                          headers={"Authorization": f"Bearer {self.admin}"})
        assert status == 201, answer

    @staticmethod
    def _key(keys, name, scopes):
        code, key, err = run("key", "new", "--name", name, "--scopes", scopes, "--keys-file", str(keys))
        assert code == 0, err
        return key.strip()

    def write_document(self, path):
        asked = urllib.request.Request(f"http://{self.server.users}/openapi.json", headers={"Authorization": f"Bearer {self.key}"})
        with urllib.request.urlopen(asked, timeout=DEADLINE) as answer:
            path.write_text(json.dumps(json.load(answer)))

    def arguments(self):
        return [f"http://{self.server.users}", self.key, str(POLICY), "42", "42", "43"]


@pytest.fixture
def shop(tmp_path):
    shop = Shop(tmp_path)
    with shop.server:
        yield shop
        shop.server.stop()


@pytest.fixture
def folder(tmp_path, shop):
    made = tmp_path / "client"
    made.mkdir()
    shop.write_document(made / "openapi.json")
    return made


def typed(programs, folder, *words):
    """Runs a program of build/generated-clients there, and returns what it prints."""
    environment = clean_environment(PATH=f"{programs}/bin:{programs}/node_modules/.bin:{os.environ['PATH']}")
    done = subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          env=environment, timeout=300)
    assert done.returncode == 0, f"{' '.join(words)}:\n{done.stdout}"
    return done.stdout


ISSUED = ["SUCCESS 1", "ALREADY_ISSUED 1", "SOLD_OUT: Every coupon of this policy is issued."]


def test_a_python_client_is_generated_without_warnings_and_issues_a_coupon(programs, folder, shop):
    made = typed(programs, folder, "openapi-python-client", "generate", "--path", "openapi.json", "--output-path", "client",
                 "--fail-on-warning")
    assert "WARNING" not in made, made
    shutil.copy(HERE / "issue.py", folder / "client")
    typed(programs, folder / "client", "mypy", "--strict", "issue.py", "firstcome_client")
    assert typed(programs, folder / "client", "python", "issue.py", *shop.arguments()).splitlines() == ISSUED


def test_a_typescript_client_is_generated_and_issues_a_coupon(programs, folder, shop):
    typed(programs, folder, "openapi-typescript", "openapi.json", "-o", "firstcome.d.ts")
    for name in ("issue.ts", "tsconfig.json", "package.json"):
        shutil.copy(HERE / name, folder)
    (folder / "node_modules").symlink_to(programs / "node_modules")
    typed(programs, folder, "tsc")
    assert typed(programs, folder, "node", "out/issue.js", *shop.arguments()).splitlines() == ISSUED


def test_the_guide_shows_these_programs_and_their_versions():
    guide = GUIDE.read_text()
    for name in ("issue.py", "issue.ts"):
        assert (HERE / name).read_text() in guide, name
    versions = dict(re.findall(r"^([\w-]+)==(\S+)$", (HERE / "requirements.txt").read_text(), re.MULTILINE))
    packages = json.loads((HERE / "package.json").read_text())
    versions.update(packages["dependencies"], **packages["devDependencies"])
    for name in ("openapi-python-client", "openapi-typescript", "openapi-fetch"):
        assert f"{name}@{versions[name]}" in guide or f"{name}=={versions[name]}" in guide, name
