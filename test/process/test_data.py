"""The data folder: one process, one number of partitions, a journal and a store that belong together."""

import dataclasses
import os
import pathlib
import pwd
import shutil
import stat
import subprocess
import tempfile

import pytest
from server import BINARY, DEADLINE, Server, clean_environment, run

FREE = ("--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")


@dataclasses.dataclass
class Named:
    """Where the data is, by these flags."""
    flags: tuple


def refused(*words):
    code, out, err = run("serve", *words)
    assert code == 1 and out == "", (code, out, err)
    return err


def test_a_second_server_on_the_same_data_is_refused(tmp_path):
    with Server(tmp_path) as server:
        output = refused("--data", str(tmp_path), *FREE)
        assert str(tmp_path) in output and str(server.process.pid) in output, output
        server.stop()
    with Server(tmp_path) as server:  # the lock ended with the process
        server.kill()
    with Server(tmp_path) as server:  # even so
        server.stop()


def test_a_port_in_use_is_reported(tmp_path):
    with Server(tmp_path / "one") as server:
        output = refused("--data", str(tmp_path / "two"), "--listen", server.users, "--admin-listen", "127.0.0.1:0")
        assert server.users in output and "another process uses this address" in output, output


def test_another_number_of_partitions_is_refused(tmp_path):
    with Server(tmp_path, "--partitions", "5") as server:
        server.stop()
    output = refused("--data", str(tmp_path), "--partitions", "3", *FREE)
    assert "5" in output and "3" in output and "partition" in output, output
    with Server(tmp_path) as server:  # no flag: the number that the data has
        assert "5 partitions" in server.log_text()


def test_a_store_without_its_journal_is_refused_and_nothing_is_created(tmp_path):
    with Server(tmp_path) as server:
        server.create_policy(1, 10)
        server.stop()
    kept = tmp_path / "kept"
    kept.mkdir()
    for journal in tmp_path.glob("journal*"):
        shutil.move(journal, kept)
    assert "journal" in refused("--data", str(tmp_path), *FREE)
    assert not list(tmp_path.glob("journal*"))


def test_a_store_that_follows_another_journal_is_refused(tmp_path):
    for name in ("one", "two"):
        with Server(tmp_path / name) as server:
            server.create_policy(1, 10)
            server.stop()
    for journal in (tmp_path / "two").glob("journal*"):
        shutil.copy(journal, tmp_path / "one")
    assert "journal" in refused("--data", str(tmp_path / "one"), *FREE)


@pytest.fixture(name="stranger")
def fixture_stranger():
    """Runs a command as an unprivileged user; (exit code, stderr). Root runs it as the account `nobody`."""
    place = pathlib.Path(tempfile.mkdtemp())  # the account `nobody` may not enter tmp_path
    place.chmod(0o755)
    program = shutil.copy(BINARY, place)
    as_whom = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}

    def run_it(*words):
        done = subprocess.run([program, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DEADLINE,
                              env=clean_environment(), cwd=place, check=False, **as_whom)
        return done.returncode, done.stderr

    yield place, run_it
    subprocess.run(["chmod", "-R", "u+rwX", place], check=True)
    shutil.rmtree(place)


def test_a_folder_that_this_user_may_not_use_is_named_with_its_owner(stranger):
    place, run_it = stranger
    me = pwd.getpwuid(os.geteuid()).pw_name
    other = "nobody" if me == "root" else me
    data = place / "data"
    with Server(data) as server:
        server.create_policy(1, 10)
        server.stop()
    readers = (("audit",), ("store", "check"), ("dlt", "list"), ("explain", "--policy", "1", "--user", "42"))
    writers = (("serve", *FREE), ("store", "unhalt", "--partition", "0"), ("dlt", "replay", "--all"))

    def denied(words, path, doing):
        code, err = run_it(*words, "--data", str(data))
        assert code in (1, 2), (words, err)
        assert f"{path}: this process runs as user {other}, which may not {doing}" in err and f"belongs to user {me}" in err, err

    data.chmod(0o000)
    for words in (*readers, *writers):
        denied(words, data, "read this folder")
    data.chmod(0o555)
    for file in data.iterdir():
        file.chmod(0o644)
    assert run_it("audit", "--data", str(data))[0] == 0, "reading needs no write access"
    denied(("serve", *FREE), data, "write in this folder")
    data.chmod(0o755)
    denied(("serve", *FREE), data, "write in this folder")
    data.chmod(0o777)
    for file in data.iterdir():
        file.chmod(0o444)
    denied(("serve", *FREE), data / "journal.sqlite", "write this file")
    (data / "journal.sqlite").chmod(0o000)
    denied(("audit",), data / "journal.sqlite", "read this file")
    data.chmod(0o555)
    code, err = run_it("serve", "--data", str(data / "new"), *FREE)
    assert code == 1 and f"cannot make the data folder {data}/new as user {other}: Permission denied" in err, err


def test_a_file_is_no_data_folder(tmp_path):
    (tmp_path / "file").touch()
    for command in ("serve", "audit"):
        code, _, err = run(command, "--data", str(tmp_path / "file"))
        assert code in (1, 2) and f"{tmp_path}/file is a file, and --data names a folder" in err, err


def test_an_empty_variable_is_the_default_and_an_empty_flag_wrong_usage(tmp_path):
    with Server(Named(("--threads", "1")), env=clean_environment(FIRSTCOME_DATA="", FIRSTCOME_LOG_LEVEL=""), cwd=tmp_path) as server:
        assert str(tmp_path / "firstcome-data") in server.log_text()
        server.stop()
    for words in (("--data", ""), ("--data=",), ("--config", "")):
        code, _, err = run("serve", *words)
        assert code == 2 and f"{words[0].rstrip('=')} is empty" in err, err


def modes(folder):
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}


@pytest.mark.parametrize("mask", (0o022, 0))
def test_only_the_owner_can_read_the_data(tmp_path, mask):
    before = os.umask(mask)
    try:
        with Server(tmp_path / "shop" / "data") as server:
            server.create_policy(1, 10)
            running = modes(tmp_path / "shop" / "data")
            server.stop()
    finally:
        os.umask(before)
    assert {"journal.sqlite", "journal.sqlite-wal", "store.sqlite", "store.sqlite-wal"} < set(running), running
    for name, mode in (*running.items(), *modes(tmp_path / "shop" / "data").items()):
        assert mode == (0o700 if name == "data" else 0o600), (name, oct(mode))


def test_data_that_others_can_read_is_refused_with_the_chmod_that_closes_it(tmp_path):
    data = tmp_path / "data"
    with Server(data) as server:
        server.create_policy(1, 10)
        server.stop()
    for path, mode, name in ((data, 0o755, "this data folder"), (data / "journal.sqlite", 0o644, "this file"), (data / "store.sqlite", 0o640, "this file")):
        closed = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode)
        for words in (("serve", *FREE), ("store", "compact"), ("dlt", "replay", "--all")):
            code, _, err = run(*words, "--data", str(data))
            assert code in (1, 2) and f"{path}: other users of this machine may use {name} (mode {mode:04o})" in err, (words, err)
        assert run("audit", "--data", str(data))[0] == 0, "a command that only reads exposes nothing new"
        mend = err.partition("Run: ")[2].splitlines()[0]
        assert mend == f"chmod go= {path}"
        subprocess.run(mend, shell=True, check=True)
        assert stat.S_IMODE(path.stat().st_mode) == closed
    with Server(data) as server:
        assert server.call("GET", "/v1/policies/1")[0] == 200


def test_key_files_that_others_can_read_are_refused(tmp_path):
    key = tmp_path / "the key"
    key.write_bytes(b"\xef\xbb\xbf" + b"0123456789abcdef\r\n")
    kafka = tmp_path / "kafka.properties"
    kafka.write_bytes(b"\xef\xbb\xbfsasl.password=0123456789abcdef\n")
    on_servers = ("--journal", "kafka://127.0.0.1:1", "--store", "postgresql://127.0.0.1:1/none")
    for file, words in ((key, ("config", "check", "--admin-key-file", str(key))),
                        (key, ("policy", "pause", "1", "--admin-key-file", str(key))),
                        (key, ("config", "check", "--installation-key-file", str(key))),
                        (kafka, ("config", "check", *on_servers, "--kafka-config", str(kafka))),
                        (key, ("config", "check", *on_servers, "--kafka", f"ssl.key.location={key}"))):
        file.chmod(0o640)
        code, _, err = run(*words)
        assert code == 2 and f"{file}: other users of this machine may use this file (mode 0640)" in err, (words, err)
        file.chmod(0o600)
        assert "other users" not in run(*words)[2], words
    kafka.write_text("linger.ms=2\n")
    kafka.chmod(0o644)
    assert run("config", "check", *on_servers, "--kafka-config", str(kafka))[0] == 0, "no secret"


def test_a_byte_order_mark_is_no_part_of_a_key(tmp_path):
    key = tmp_path / "key"
    key.write_bytes(b"\xef\xbb\xbf" + b"0123456789abcdef\r\n")
    key.chmod(0o600)
    with Server(tmp_path / "data", "--admin-key-file", str(key)) as server:
        plain = tmp_path / "plain"
        plain.write_text("0123456789abcdef")
        plain.chmod(0o600)
        code, _, err = run("policy", "create", "--name", "Sale", "--max-count", "1", "--admin", server.admin, "--admin-key-file", str(plain))
        assert code == 0, err
