"""Every command of the README that no other test types. Its `console` blocks are typed by test/process/test_readme.py."""

import os
import pathlib
import re
import tempfile

import pytest
from a_machine import Machine, copy_of
from server import clean_environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
ADDRESS = re.search(r"--listen (10\.[\d.]+):8080", README)[1]
HOSTS = ["k1", "k2", "k3", "db"]
# Typed by others: command → test.
ELSEWHERE = {
    "make test": ".ci/run",
    "apt install ./build/package/firstcome_0.1.0-1_amd64.deb": "test/platforms/test_package.py",
    "make image": "test/platforms/test_image.py",
    "docker compose -f deploy/compose.yaml up --wait": "test/platforms/test_compose.py",
    "helm install firstcome deploy/helm/firstcome --set mode=embedded --set access.allowAnonymous=true": "test/platforms/test_deploy.py",
}


def commands():
    """The lines of the blocks that are not drawings. A line that ends with \\ goes on."""
    blocks = re.findall(r"^```\n(.*?)^```$", re.sub(r"^```\w+\n.*?^```$", "", README, flags=re.MULTILINE | re.DOTALL),
                        re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks if "───" not in block for line in block.replace("\\\n", " ").splitlines()]
    return [re.sub(r"\s+#.*", "", line) for line in lines if line.strip()]


def the_one(start):
    found = [command for command in commands() if command.startswith(start)]
    assert found, f"the README has no command '{start} …'"
    return found[0]


TYPED_HERE = ["make run", "make build", "export PATH=", "make run-distributed", "firstcome store migrate", "firstcome topic create",
              "firstcome serve", "firstcome policy create", "(umask 077; firstcome key new"]


def test_every_command_is_typed():
    for command in commands():
        if command in ELSEWHERE:
            assert (ROOT / ELSEWHERE[command]).exists(), command
        else:
            assert any(command.startswith(start) for start in TYPED_HERE), f"no test types: {command}"


@pytest.fixture
def machine():
    """In a folder that the account postgres may enter."""
    with tempfile.TemporaryDirectory(prefix="firstcome-readme-", dir="/var/tmp") as home:
        pathlib.Path(home).chmod(0o755)
        folder = pathlib.Path(home) / "firstcome"
        copy_of(ROOT, folder)
        with Machine(folder, ADDRESS, HOSTS, clean_environment(HOME=home)) as one:
            yield one


def test_one_command_starts_a_server_and_its_words_can_be_typed(machine):
    terminal, _ = machine.start("make run", "Ctrl-C stops the server")
    for command in re.findall(r"^  (\S.*)$", terminal.lines.text(), re.MULTILINE):
        machine.type(command if "firstcome --help" not in command else f"{the_one('export PATH=')}; {command}")
    assert "make: ***" not in terminal.lines.text()
    terminal.interrupt()


def test_built_from_source_it_is_on_the_path(machine):
    machine.type(the_one("make build"))
    assert machine.type(f"{the_one('export PATH=')}; firstcome --version").startswith("firstcome ")


def test_one_command_starts_the_whole_system(machine):
    terminal, _ = machine.start("make run-distributed", "commands: kill or start")
    tried = re.findall(r"^  ((?:curl|export|\./|psql).*)$", terminal.lines.text(), re.MULTILINE)
    assert len(tried) >= 8, tried
    exports = "; ".join(command for command in tried if command.startswith("export "))
    for command in tried:
        machine.type(f"{exports}; {command}")
    terminal.interrupt()


def test_the_commands_of_production(machine):
    """On a cluster with the names of the README: 9092 is its first broker, and PGPORT its database."""
    _, found = machine.start("make cluster", r"FIRSTCOME_STORE=postgresql://(\w+)@127\.0\.0\.1:(\d+)/firstcome")
    superuser, port = found.groups()
    env = {"PGPORT": port, "PATH": f"{machine.folder}/build/release/bin:{os.environ['PATH']}"}
    roles = "; ".join(f"CREATE ROLE firstcome_{role} LOGIN" for role in ("owner", "issuer", "edge"))
    for statement in (roles, "ALTER DATABASE firstcome OWNER TO firstcome_owner"):
        machine.type(f"psql -h 127.0.0.1 -U {superuser} -d firstcome -c '{statement}'", env)
    machine.type(the_one("firstcome store migrate"), env)
    machine.type(the_one("firstcome topic create"), env)
    machine.type(the_one("(umask 077; firstcome key new --name operator"), env)
    machine.type(the_one("(umask 077; firstcome key new --name shop"), env)
    machine.start(f"{the_one('firstcome serve --role issuer')} --admin-listen 127.0.0.1:8091", "ready after", env)
    machine.start(the_one("firstcome serve --role edge"), "ready after", env)
    policy = re.match(r"policy (\d+) ", machine.type(the_one("firstcome policy create"), env))[1]
    key = (machine.folder / "shop.key").read_text().strip()
    answer = machine.type(f"curl -s http://{ADDRESS}:8080/v1/policies/{policy}/coupons -H 'Authorization: Bearer {key}' "
                          "-H 'Content-Type: application/json' -d '{\"userId\":42}'", env)
    assert '"result":"SUCCESS"' in answer and '"sequence":1' in answer, answer


def test_one_machine_beyond_loopback(machine):
    env = {"PATH": f"{machine.folder}/build/release/bin:{os.environ['PATH']}"}
    machine.type(the_one("(umask 077; firstcome key new --name shop"), env)
    machine.start(the_one("firstcome serve --listen"), "ready after", env)
    assert machine.type(f"curl -s -o /dev/null -w '%{{http_code}}' http://{ADDRESS}:8080/v1/policies/1", env) == "401"
