"""Disks that are full, read-only or have forgotten something: a clear refusal or a clean recovery."""

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
NOT_OURS = "the journal that the store has followed"


@contextmanager
def disk(folder, size):
    """A file system of its own, which may be filled."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(folder, but=0):
    """Leaves `but` bytes."""
    room = os.statvfs(folder)
    (folder / "fill").write_bytes(bytes(room.f_bavail * room.f_frsize - but))


def refused(data, *words, damaged=()):
    """In words, and what is damaged stays as it is, for whoever can make something of it."""
    before = {name: (data / name).read_bytes() for name in damaged}
    code, out, err = run("serve", "--data", str(data), *FREE)
    assert code == 1 and out == "", (code, out, err)
    assert all(word in err for word in words), err
    assert {name: (data / name).read_bytes() for name in damaged} == before


def audited(data):
    code, out, err = run("audit", "--data", str(data))
    assert code == 0, out + err


@pytest.fixture
def killed(tmp_path):
    """Data whose server was killed in the middle; who was told what."""
    clients = Clients()
    with Server(tmp_path / "data") as server:
        clients.create_policy(server, 1, STOCK)
        clients.burst(server.users, [Request(1, user) for user in range(1, STOCK + 1)], connections=16)
        server.kill()
    return tmp_path / "data", clients


def goes_on(data, clients):
    """Everybody holds what they were told, and it is what the journal says."""
    with Server(data) as server:
        held = {r.user: r.body["sequence"] for r in clients.requests if r.status == 201}
        clients.burst(server.users, again := [Request(1, user) for user in held], connections=16)
        assert {r.user: (r.result, r.body["sequence"]) for r in again} == {
            user: ("ALREADY_ISSUED", sequence) for user, sequence in held.items()}
        server.stop()
    audited(data)
    clients.check(data, "--at-rest")


# --- full and read-only -------------------------------------------------------------------------------


def test_a_disk_that_is_full_at_the_start_is_refused_and_later_taken(tmp_path):
    with disk(tmp_path / "disk", "2m") as folder:
        fill(folder)
        code, _, err = run("serve", "--data", str(folder / "data"), *FREE)
        assert code == 1 and ("full" in err or "No space left" in err), err
        (folder / "fill").unlink()
        with Server(folder / "data") as server:
            server.create_policy(1, 10)
            server.stop()


def test_a_disk_that_fills_is_503_unavailable_and_forgotten_once_there_is_room(tmp_path):
    with disk(tmp_path / "disk", "16m") as folder, Server(folder / "data") as server:
        clients = Clients()
        clients.create_policy(server, 1, 100_000)
        fill(folder, but=MIB)
        users = iter(range(1, 100_000))

        def press():
            """A crowd; the results they were told."""
            crowd = [Request(1, next(users)) for _ in range(64)]
            clients.burst(server.users, crowd, connections=16)
            return {(r.status, r.result) for r in crowd}

        while (results := press()) == {(201, "SUCCESS")}:
            pass
        assert results <= {(201, "SUCCESS"), (503, "UNAVAILABLE"), (503, "OUTCOME_UNKNOWN")}, results
        assert press() == {(503, "UNAVAILABLE")}
        server.wait_for("the disk is full")
        assert server.text("/livez")[0] == 200
        (folder / "fill").unlink()
        until = time.monotonic() + DEADLINE
        while press() != {(201, "SUCCESS")}:
            assert time.monotonic() < until, server.said()
        server.stop()
        audited(folder / "data")
        clients.check(folder / "data", "--at-rest")


def test_a_disk_that_is_read_only_is_said(tmp_path):
    with disk(tmp_path / "disk", "16m") as folder:
        with Server(folder / "data") as server:
            server.create_policy(1, 10)
            server.stop()
        subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
        refused(folder / "data", "Read-only file system", str(folder / "data"))
        refused(folder / "new", "Read-only file system", str(folder / "new"))
        audited(folder / "data")  # which only reads


# --- what power cuts and bad disks leave -----------------------------------------------------------------


def test_a_torn_tail_behind_the_last_commit_is_no_loss(killed):
    """A commit that was never acknowledged was under way when the power went."""
    data, clients = killed
    for name in ("journal", "store"):
        with open(data / f"{name}.sqlite-wal", "ab") as log:
            log.write(os.urandom(10_000))
    goes_on(data, clients)


def test_a_store_that_lost_its_last_commits_decides_them_again(killed):
    """Its commits do not wait for the disk."""
    data, clients = killed
    log = data / "store.sqlite-wal"
    os.truncate(log, log.stat().st_size // 2)
    goes_on(data, clients)


def test_a_store_that_is_lost_whole_is_made_again_and_says_what_is_lost_with_it(killed):
    data, clients = killed
    ticket = next(r.body["ticket"] for r in clients.requests if r.status == 201)
    for file in data.glob("store*"):
        file.unlink()
    with Server(data) as server:
        server.wait_for("the store is new and the journal is not: .* Tickets from before")
        assert server.call("GET", f"/v1/requests/{ticket}")[0] == 404
        server.stop()
    goes_on(data, clients)


def test_a_folder_that_was_copied_whole_after_a_stop_is_a_backup(tmp_path):
    data, copy, clients = tmp_path / "data", tmp_path / "copy", Clients()
    with Server(data) as server:
        assert not any("the store is new" in line for line in server.lines)
        clients.create_policy(server, 1, STOCK)
        clients.burst(server.users, [Request(1, user) for user in range(1, 101)], connections=16)
        server.stop()
    shutil.copytree(data, copy)
    goes_on(copy, clients)


def test_a_journal_that_lost_what_the_store_has_is_refused(killed):
    """A disk that said it had written and had not; or a backup of the journal older than the store's."""
    data, _ = killed
    with Server(data) as server:  # all is saved
        server.stop()
    log = data / "journal.sqlite-wal"
    os.truncate(log, log.stat().st_size // 2)
    refused(data, NOT_OURS, damaged=["journal.sqlite-wal"])


def test_a_journal_with_other_bytes_in_the_middle_is_refused(killed):
    data, _ = killed
    with Server(data) as server:
        server.stop()
    log = data / "journal.sqlite-wal"
    with open(log, "r+b") as file:
        file.seek(log.stat().st_size // 2)
        file.write(os.urandom(5_000))
    refused(data, NOT_OURS, damaged=["journal.sqlite-wal"])


def test_an_older_store_beside_the_journal_catches_up(tmp_path):
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
        file.write_bytes(content)
    goes_on(data, clients)


@pytest.mark.parametrize("name", ["journal", "store"])
def test_a_file_that_is_damaged_or_none_of_ours_is_refused(tmp_path, name):
    with Server(tmp_path / "data") as server:
        server.create_policy(1, 10)
        server.stop()
    copied = shutil.copytree(tmp_path / "data", tmp_path / "emptied")
    os.truncate(copied / f"{name}.sqlite", 0)  # its log is whole, and would be thrown away
    refused(copied, f"{name}.sqlite", "is empty", damaged=[f"{name}.sqlite", f"{name}.sqlite-wal"])
    for content in (b"no database at all " * 1000, b"SQLite format 3\0" + os.urandom(20_000)):
        (copied / f"{name}.sqlite").write_bytes(content)
        (copied / f"{name}.sqlite-wal").unlink(missing_ok=True)
        refused(copied, f"{name}.sqlite", damaged=[f"{name}.sqlite"])


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
