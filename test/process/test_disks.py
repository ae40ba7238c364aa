"""Disks that are full, read-only or have lost data: a clear refusal or a clean recovery."""

import json
import os
import shutil
import sqlite3
import subprocess
import time
from contextlib import contextmanager

import pytest
from clients import Clients, Request
from server import DEADLINE, Server, run

FREE = ("--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")
MIB = 1024 * 1024
STOCK = 500


@contextmanager
def disk(folder, size):
    """A separate file system that a test may fill."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(folder, but=0):
    """Fills it except for `but` bytes."""
    room = os.statvfs(folder)
    (folder / "fill").write_bytes(bytes(room.f_bavail * room.f_frsize - but))


def refused(data, *words, damaged=()):
    """Refused with a message; the damaged files stay unchanged, so that a person can examine them."""
    before = {name: (data / name).read_bytes() for name in damaged}
    code, out, err = run("serve", "--data", str(data), *FREE)
    assert code == 1 and out == "", (code, out, err)
    assert all(word in err for word in words), err
    assert {name: (data / name).read_bytes() for name in damaged} == before


def becomes(server, status):
    """Waits until /readyz has this status; returns its body."""
    deadline = time.monotonic() + DEADLINE
    while (answer := server.text("/readyz"))[0] != status:
        assert time.monotonic() < deadline, (answer, server.log_text())
    return answer[1]


def audited(data):
    code, out, err = run("audit", "--data", str(data))
    assert code == 0, out + err


@pytest.fixture
def killed(tmp_path):
    """Data of a server that was killed under load, and its answers."""
    clients = Clients()
    with Server(tmp_path / "data") as server:
        clients.create_policy(server, 1, STOCK)
        clients.burst(server.users, [Request(1, user) for user in range(1, STOCK + 1)], connections=16)
        server.kill()
    return tmp_path / "data", clients


def goes_on(data, clients):
    """Every user owns the coupon of their answer, and journal and store agree."""
    with Server(data) as server:
        held = {r.user: r.body["sequence"] for r in clients.requests if r.status == 201}
        clients.burst(server.users, again := [Request(1, user) for user in held], connections=16)
        assert {r.user: (r.result, r.body["sequence"]) for r in again} == {
            user: ("ALREADY_ISSUED", sequence) for user, sequence in held.items()}
        server.stop()
    audited(data)
    clients.check(data, "--at-rest")


# --- full and read-only -------------------------------------------------------------------------------


def test_a_full_disk_prevents_the_start_until_it_has_room(tmp_path):
    with disk(tmp_path / "disk", "2m") as folder:
        fill(folder)
        code, _, err = run("serve", "--data", str(folder / "data"), *FREE)
        assert code == 1 and ("full" in err or "No space left" in err), err
        (folder / "fill").unlink()
        with Server(folder / "data") as server:
            server.create_policy(1, 10)
            server.stop()


def test_a_disk_that_fills_is_503_unavailable_until_it_has_room(tmp_path):
    with disk(tmp_path / "disk", "16m") as folder, Server(folder / "data") as server:
        clients = Clients()
        clients.create_policy(server, 1, 100_000)
        fill(folder, but=MIB)
        users = iter(range(1, 100_000))

        def press():
            """Requests of many users; returns their results."""
            requests = [Request(1, next(users)) for _ in range(64)]
            clients.burst(server.users, requests, connections=16)
            return {(r.status, r.result) for r in requests}

        while (results := press()) == {(201, "SUCCESS")}:
            pass
        assert results <= {(201, "SUCCESS"), (503, "UNAVAILABLE"), (503, "OUTCOME_UNKNOWN")}, results
        assert press() == {(503, "UNAVAILABLE")}
        server.wait_for("the disk is full")
        assert server.text("/livez")[0] == 200
        assert "disk is full" in becomes(server, 503)
        (folder / "fill").unlink()
        becomes(server, 200)  # without a request
        until = time.monotonic() + DEADLINE
        while press() != {(201, "SUCCESS")}:
            assert time.monotonic() < until, server.log_text()
        server.stop()
        audited(folder / "data")
        clients.check(folder / "data", "--at-rest")


def test_a_read_only_disk_is_reported(tmp_path):
    with disk(tmp_path / "disk", "16m") as folder:
        with Server(folder / "data") as server:
            server.create_policy(1, 10)
            server.stop()
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        refused(folder / "data", "Read-only file system", str(folder / "data"))
        refused(folder / "new", "Read-only file system", str(folder / "new"))
        audited(folder / "data")  # which only reads


# --- after power cuts and with bad disks -----------------------------------------------------------------


def test_an_incomplete_write_after_the_last_commit_is_no_loss(killed):
    """A commit that was never acknowledged was in progress at the power cut."""
    data, clients = killed
    for name in ("journal", "store"):
        with open(data / f"{name}.sqlite-wal", "ab") as log:
            log.write(os.urandom(10_000))
    goes_on(data, clients)


def test_a_store_that_lost_its_last_commits_decides_them_again(killed):
    """Commits of the store do not wait for the disk."""
    data, clients = killed
    log = data / "store.sqlite-wal"
    os.truncate(log, log.stat().st_size // 2)
    goes_on(data, clients)


def test_a_lost_store_is_created_again_with_its_installation_key(killed):
    data, clients = killed
    ticket = next(r.body["ticket"] for r in clients.requests if r.status == 201)
    key = data.parent / "installation.key"
    key.write_text(run("store", "key", "--data", str(data))[1])
    key.chmod(0o600)
    for file in data.glob("store*"):
        file.unlink()
    refused(data, "written with another installation key", "--installation-key-file")
    with Server(data, "--installation-key-file", str(key)) as server:
        assert server.call("GET", f"/v1/requests/{ticket}")[1]["result"] == "SUCCESS"
        server.stop()
    goes_on(data, clients)


def test_a_complete_copy_of_a_folder_after_a_stop_is_a_backup(tmp_path):
    data, copy, clients = tmp_path / "data", tmp_path / "copy", Clients()
    with Server(data) as server:
        assert "the store is new" not in server.log_text()
        clients.create_policy(server, 1, STOCK)
        clients.burst(server.users, [Request(1, user) for user in range(1, 101)], connections=16)
        server.stop()
    shutil.copytree(data, copy)
    goes_on(copy, clients)


def saved(data, records):
    """Waits until the store has all coupons."""
    deadline = time.monotonic() + DEADLINE
    while True:
        code, out, err = run("store", "check", "--data", str(data), "--json")
        assert code == 0, err
        if sum(position["nextOffset"] for position in json.loads(out)["positions"]) >= records:
            return
        assert time.monotonic() < deadline, out


@pytest.fixture
def killed_when_saved(tmp_path):
    """Data of a server that was killed after the store had everything; the log of its journal has the records."""
    with Server(tmp_path / "data") as server:
        clients = Clients()
        clients.create_policy(server, 1, STOCK)
        clients.burst(server.users, [Request(1, user) for user in range(1, STOCK + 1)], connections=16)
        saved(tmp_path / "data", 1 + STOCK)
        server.kill()
    return tmp_path / "data", clients


def test_a_journal_whose_log_lost_what_the_store_has_is_refused_and_its_log_is_kept(killed_when_saved):
    """A disk that confirmed a write and lost it. The second refusal is like the first."""
    data, clients = killed_when_saved
    log = data / "journal.sqlite-wal"
    whole = log.read_bytes()
    os.truncate(log, len(whole) // 2)
    for _ in range(2):
        refused(data, "ends before the store's position", damaged=["journal.sqlite", "journal.sqlite-wal"])
    log.write_bytes(whole)
    goes_on(data, clients)


def test_a_journal_with_other_bytes_in_the_middle_of_its_log_is_refused(killed_when_saved):
    data, _ = killed_when_saved
    log = data / "journal.sqlite-wal"
    with open(log, "r+b") as file:
        file.seek(log.stat().st_size // 2)
        file.write(os.urandom(5_000))
    refused(data, "ends before the store's position", damaged=["journal.sqlite", "journal.sqlite-wal"])


# --- copies and backups --------------------------------------------------------------------------------


def write_private(file, content):
    """A server refuses data that other users may read."""
    file.write_bytes(content)
    file.chmod(0o600)


def copied(data, *names):
    copy = data.parent / "copy"
    copy.mkdir(mode=0o700)
    for name in names:
        shutil.copy(data / name, copy)
    return copy


def test_after_a_clean_stop_the_two_files_have_everything(tmp_path):
    data, clients = tmp_path / "data", Clients()
    with Server(data) as server:
        clients.create_policy(server, 1, STOCK)
        clients.burst(server.users, [Request(1, user) for user in range(1, STOCK + 1)], connections=16)
        server.stop()
    assert sorted(file.name for file in data.iterdir()) == ["journal.sqlite", "journal.sqlite.lock", "store.sqlite"]
    goes_on(copied(data, "journal.sqlite", "store.sqlite"), clients)


@pytest.mark.parametrize("name", ["journal", "store"])
def test_a_copy_without_the_log_of_a_file_that_is_open_is_refused_twice(killed, name):
    """Refused by the server and by commands that only read. With the log, the file is complete."""
    data, clients = killed
    log = f"{name}.sqlite-wal"
    names = {"journal.sqlite", "store.sqlite", "journal.sqlite-wal", "store.sqlite-wal"}
    copy = copied(data, *(names - {log}))
    for _ in range(2):
        refused(copy, f"{log} is missing", damaged=[f"{name}.sqlite"])
    code, _, err = run("audit", "--data", str(copy))
    assert code == 2 and f"{log} is missing" in err, err
    shutil.copy(data / log, copy)
    goes_on(copy, clients)


def test_a_file_whose_log_another_program_emptied_is_accepted_once_it_is_marked_as_closed(killed):
    """Follows the message."""
    data, clients = killed
    for name in ("journal", "store"):
        with sqlite3.connect(data / f"{name}.sqlite") as file:
            file.execute("SELECT count(*) FROM schema_history").fetchone()
        file.close()  # the last connection: it moves the log into the file
    code, _, err = run("serve", "--data", str(data), *FREE)
    assert code == 1 and "sqlite3 " in err and "'PRAGMA user_version = 0'" in err, err
    for name in ("journal", "store"):
        with sqlite3.connect(data / f"{name}.sqlite") as file:
            file.execute("PRAGMA user_version = 0")
        file.close()
    goes_on(data, clients)


def test_a_journal_older_than_the_store_is_refused(tmp_path):
    data, clients = tmp_path / "data", Clients()
    with Server(data) as server:
        clients.create_policy(server, 1, STOCK)
        server.stop()
    shutil.copy(data / "journal.sqlite", tmp_path / "older")
    with Server(data) as server:
        clients.burst(server.users, [Request(1, user) for user in range(1, 101)], connections=16)
        server.stop()
    shutil.move(data / "journal.sqlite", tmp_path / "newer")
    shutil.copy(tmp_path / "older", data / "journal.sqlite")
    refused(data, "ends before the store's position", "Put the newer journal.sqlite back",
            damaged=["journal.sqlite", "store.sqlite"])
    shutil.move(tmp_path / "newer", data / "journal.sqlite")
    goes_on(data, clients)


def test_a_store_older_than_the_journal_catches_up(tmp_path):
    data, clients = tmp_path / "data", Clients()
    with Server(data) as server:
        clients.create_policy(server, 1, STOCK)
        clients.burst(server.users, [Request(1, user) for user in range(1, 101)], connections=16)
        server.stop()
    backup = [(file, file.read_bytes()) for file in data.glob("store*")]
    with Server(data) as server:
        clients.burst(server.users, [Request(1, user) for user in range(101, 301)], connections=16)
        server.stop()
    for file in data.glob("store*"):
        file.unlink()
    for file, content in backup:
        write_private(file, content)
    goes_on(data, clients)


@pytest.mark.parametrize("name", ["journal", "store"])
def test_a_damaged_or_foreign_file_is_refused(tmp_path, name):
    with Server(tmp_path / "data") as server:
        server.create_policy(1, 10)
        server.stop()
    emptied = shutil.copytree(tmp_path / "data", tmp_path / "emptied")
    os.truncate(emptied / f"{name}.sqlite", 0)
    write_private(emptied / f"{name}.sqlite-wal", b"a log " * 1000)  # it would be lost
    refused(emptied, f"{name}.sqlite", "is empty", damaged=[f"{name}.sqlite", f"{name}.sqlite-wal"])
    for content in (b"no database at all " * 1000, b"SQLite format 3\0" + os.urandom(20_000)):
        (emptied / f"{name}.sqlite").write_bytes(content)
        (emptied / f"{name}.sqlite-wal").unlink(missing_ok=True)
        refused(emptied, f"{name}.sqlite", damaged=[f"{name}.sqlite"])


@pytest.mark.parametrize("name", ["journal", "store"])
def test_a_file_of_a_newer_version_is_refused(tmp_path, name):
    with Server(tmp_path / "data") as server:
        server.stop()
    with sqlite3.connect(tmp_path / "data" / f"{name}.sqlite") as file:
        columns = [row[1] for row in file.execute("PRAGMA table_info(schema_history)")]
        last = file.execute("SELECT * FROM schema_history ORDER BY 1 DESC LIMIT 1").fetchone()
        marks = ",".join("?" * len(columns))
        file.execute(f"INSERT INTO schema_history VALUES ({marks})", (99, *last[1:]))
    file.close()
    code, _, err = run("serve", "--data", str(tmp_path / "data"), *FREE)
    assert code == 1 and "newer" in err and f"{name}.sqlite" in err, err
