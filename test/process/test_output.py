"""For every command, output that cannot be written is a failure: exit code 1 and a message on stderr."""

import re
import sqlite3
import subprocess

import pytest
from letters import plant_letters
from server import BINARY, DEADLINE, Server, clean_environment, run, run_into

POLICY, LISTED, CODED = 7, 20, 21
ON_SERVERS = {"topic create", "topic check", "store migrate", "store new-era", "store restored", "store skip-rules",
              "policy import"}  # in test/integration
PRINTS_NOTHING = {"serve"}

BESIDE_A_SERVER = [
    ("policy create", "--name", "Another", "--max-count", "5"),
    ("policy create", "--name", "Another", "--max-count", "5", "--json"),
    ("policy get", str(POLICY)),
    ("policy list",),
    ("policy change", str(POLICY), "--max-count", "11"),
    ("policy pause", str(POLICY)),
    ("policy resume", str(POLICY)),
    ("issue", "--policy", str(POLICY), "--user", "42"),
    ("coupon reserve", "--policy", str(POLICY), "--sequence", "1", "--reference", "order-1", "--hold-for", "PT10M"),
    ("coupon release", "--policy", str(POLICY), "--sequence", "1", "--reference", "order-1"),
    ("coupon use", "--policy", str(POLICY), "--sequence", "1", "--reference", "order-2"),
    ("coupon restore", "--policy", str(POLICY), "--sequence", "1", "--reference", "order-2"),
    ("coupon show", "--policy", str(POLICY), "--sequence", "1"),
    ("coupon list", "--policy", str(POLICY)),
    ("coupon count", "--policy", str(POLICY)),
    ("coupon cancel", "--policy", str(POLICY), "--sequence", "1", "--reference", "order-3"),
    ("policy create", "--id", str(LISTED), "--name", "Members", "--max-count", "5", "--eligible", "listed"),
    ("policy eligible", str(LISTED), "--users", "users.csv"),
    ("policy grant", str(POLICY), "--users", "users.csv"),
    ("policy create", "--id", str(CODED), "--name", "Partner", "--max-count", "0", "--codes", "imported"),
    ("policy codes", str(CODED), "--codes", "users.csv"),
    ("policy close", str(POLICY)),
    ("bench", "--requests", "10", "--connections", "1", "--history", "history.jsonl"),
    ("check", "history.jsonl"),
    ("config check",),
    ("health",),
    ("health", "--live"),
    ("health", "--json"),
    ("config show",),
    ("completion", "bash"),
    ("reference", "command-line"),
    ("key new", "--name", "shop", "--scopes", "issue"),
    ("version",),
    ("version", "--json"),
]
ON_A_FOLDER = [
    ("audit",),
    ("explain", "--policy", str(POLICY), "--user", "42"),
    ("coupons export", "--policy", str(POLICY)),
    ("dlt list",),
    ("dlt show", "0:1"),
    ("dlt replay", "0:1"),
    ("dlt drop", "0:1", "--yes"),
    ("store unhalt", "--partition", "0"),
    ("store check",),
    ("store key",),
    ("store rebuild", "--yes"),
    ("store compact",),
]


def all_commands():
    return set(re.findall(r"^  (\S+(?: \S+)*)  ", run("--help")[1], re.MULTILINE))


def test_every_command_is_here():
    assert {words[0] for words in BESIDE_A_SERVER + ON_A_FOLDER} | ON_SERVERS | PRINTS_NOTHING == all_commands()


ONLY_ADMIN = {"health", "policy codes", "policy eligible", "policy grant"}  # these have no --server
REASONS = {"full": "No space left on device", "closed": "Bad file descriptor"}


def must_fail(stdout, cwd, command, *words):
    code, err = run_into(stdout, *command.split(), *words, cwd=cwd)
    assert code == 1, (command, code, err)
    assert f"firstcome {command}: standard output cannot be written: {REASONS[stdout]}" in err, err
    assert "The command itself succeeded" in err, err


@pytest.mark.parametrize("stdout", REASONS)
def test_output_that_cannot_be_written_is_exit_code_1(tmp_path, stdout):
    data = tmp_path / "data"
    (tmp_path / "users.csv").write_text("43\n44\n")
    with Server(data) as server:
        server.create_policy(POLICY, 10)
        admin = ("--admin", f"http://{server.admin}")
        both = ("--server", f"http://{server.users}", *admin)
        for command, *words in BESIDE_A_SERVER:
            speaks_http = command.split()[0] in {"health", "policy", "issue", "coupon", "bench"}
            addresses = admin if command in ONLY_ADMIN else both if speaks_http else ()
            must_fail(stdout, tmp_path, command, *words, *addresses)
        assert server.policy(POLICY)["maxCount"] == 11, "the command itself succeeded"
        server.stop()
    plant_letters(data)
    with sqlite3.connect(data / "store.sqlite") as store:
        store.execute("UPDATE journal_position SET halted_reason = 'as a test' WHERE partition = 0")
    store.close()
    for command, *words in ON_A_FOLDER:
        must_fail(stdout, tmp_path, command, *words, "--data", str(data))


@pytest.mark.parametrize("stdout", REASONS)
def test_help_that_cannot_be_written_is_exit_code_1(stdout):
    for words in ((), *(command.split() for command in sorted(all_commands())), ("policy",)):
        code, err = run_into(stdout, *words, "--help")
        assert code == 1 and f"standard output cannot be written: {REASONS[stdout]}" in err, (words, code, err)


def test_a_failure_keeps_its_own_exit_code():
    assert run_into("full", "serve", "--threads", "many")[0] == 2
    code, err = run_into("full", "policy", "get", "7", "--server", "http://127.0.0.1:9")
    assert code == 1 and "itself" not in err, err


@pytest.mark.parametrize("option", ["--history", "--html"])
def test_a_file_that_cannot_be_written_is_named(tmp_path, option):
    with Server(tmp_path / "data") as server:
        code, _, err = run("bench", "--server", f"http://{server.users}", "--admin", f"http://{server.admin}", "--requests", "10",
                           "--connections", "1", option, "/dev/full")
        assert code == 1 and "/dev/full" in err and "No space left on device" in err, (code, err)


def test_a_report_of_grants_that_cannot_be_written_is_named(tmp_path):
    users = tmp_path / "users.csv"
    users.write_text("42\n43\n")
    with Server(tmp_path / "data") as server:
        server.create_policy(POLICY, 1)
        code, _, err = run("policy", "grant", str(POLICY), "--users", str(users), "--admin", f"http://{server.admin}", "--report",
                           "/dev/full")
        assert code == 1 and "/dev/full" in err and "No space left on device" in err, (code, err)


def test_writes_to_a_closed_output_reach_no_file(tmp_path):
    """Otherwise the first file that the process opens would get the number of the closed output."""
    data = tmp_path / "data"
    with Server(data) as server:
        server.create_policy(POLICY, 10)
        server.stop()
    shell = f'exec "{BINARY}" explain --policy {POLICY} --user 42 --data "{data}" 0<&- 1>&- 2>&-'
    assert subprocess.run(["sh", "-c", shell], timeout=DEADLINE, env=clean_environment(), check=False).returncode == 1
    with Server(data) as server:
        assert server.policy(POLICY)["maxCount"] == 10
        server.stop()
