"""`firstcome store compact`: the journal becomes short, and everything else stays the same."""

import json

import pytest
from clients import Clients, Request
from server import Server, run

STOCK = 300
NOW = {"Prefer": "wait=10"}


def compact(data):
    code, out, err = run("store", "compact", "--data", str(data), "--json")
    assert code == 0, err
    return json.loads(out)


def audited(data):
    code, out, err = run("audit", "--data", str(data), "--json")
    assert code == 0, out + err
    return json.loads(out)


def ask_again(server, clients):
    """Every user gets the same answer as before: by ticket, and when they ask again."""
    for request in clients.requests[::20]:
        if request.body and "ticket" in request.body:
            answer = server.ticket(request.body["ticket"])
            assert answer["result"] == request.result, answer
            assert answer.get("sequence") == request.body.get("sequence")
    held = {r.user: r.body["sequence"] for r in clients.requests if r.status == 201}
    clients.burst(server.users, again := [Request(1, user) for user in held], connections=16)
    assert {r.user: (r.result, r.body["sequence"]) for r in again} == {
        user: ("ALREADY_ISSUED", sequence) for user, sequence in held.items()}


@pytest.fixture
def data(tmp_path):
    """The data of a stopped server, and the answers of its callers. Half of them came too late."""
    clients = Clients()
    with Server(tmp_path / "data") as server:
        clients.create_policy(server, 1, STOCK)
        clients.burst(server.users, [Request(1, user) for user in range(1, 2 * STOCK + 1)], connections=16)
        server.create_policy(2, 1000)
        server.stop()
    audited(tmp_path / "data")
    return tmp_path / "data", clients


def test_a_compacted_journal_keeps_every_answer_and_continues(data):
    data, clients = data
    done = compact(data)
    assert done["bytesAfter"] < done["bytesBefore"]
    assert sorted(file.name for file in data.iterdir()) == ["journal.sqlite", "journal.sqlite.lock", "store.sqlite"]
    begins = {one["partition"]: one["journalStart"] for one in done["partitions"]}
    assert sum(begins.values()) > 0
    audited(data)
    for crash in (False, True, False):
        with Server(data) as server:
            ask_again(server, clients)
            for sequence in range(1, 4):
                user = len(clients.requests) * 10 + sequence
                assert server.call("POST", "/v1/policies/2/coupons", {"userId": user}, headers=NOW)[0] == 201
            server.kill() if crash else server.stop()
        report = audited(data)
        assert all(one["comparedFrom"] >= begins[one["partition"]] for one in report["partitions"]), report
    assert sum(one["journalStart"] for one in compact(data)["partitions"]) > sum(begins.values())
    with Server(data) as server:
        ask_again(server, clients)
        assert server.policy(2)["issuedCount"] == 9
        server.stop()
    audited(data)


def test_records_that_are_not_saved_stay(data):
    data, clients = data
    with Server(data) as server:
        clients.burst(server.users, [Request(2, user) for user in range(1, 101)], connections=16)
        server.kill()
    compact(data)
    with Server(data) as server:
        assert server.policy(2)["issuedCount"] == 100
        server.stop()
    audited(data)


def test_a_journal_in_use_is_not_compacted(data):
    data, _ = data
    before = (data / "journal.sqlite").read_bytes()
    with Server(data) as server:
        code, _, err = run("store", "compact", "--data", str(data))
        assert code == 1 and str(server.process.pid) in err and "in use" in err, err
        server.stop()
    assert len((data / "journal.sqlite").read_bytes()) >= len(before)


def test_after_it_a_lost_store_cannot_be_created_again_and_the_start_reports_it(data):
    data, _ = data
    compact(data)
    (data / "store.sqlite").unlink()
    code, _, err = run("serve", "--data", str(data), "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0")
    assert code == 1 and "compact" in err, err
    assert not (data / "store.sqlite").exists(), "a refusal creates nothing"


def test_after_it_a_rebuild_is_refused_and_changes_nothing(data):
    data, _ = data
    compact(data)
    code, _, err = run("store", "rebuild", "--data", str(data), "--yes")
    assert code == 1 and "no longer holds everything" in err and "backup" in err, err
    audited(data)


def test_at_a_low_rate_batches_share_rows(tmp_path):
    """About a byte a record, also if each save has one record."""
    import sqlite3
    with Server(tmp_path, "--partitions", "1") as server:
        server.create_policy(1, 1000)
        for user in range(1, 101):
            assert server.call("POST", "/v1/policies/1/coupons", {"userId": user}, headers=NOW)[0] == 201
        server.stop()
    with sqlite3.connect(tmp_path / "store.sqlite") as file:
        assert file.execute("SELECT count(*), sum(length(codes)) FROM journal_batch").fetchone() == (1, 101)
    file.close()
    audited(tmp_path)
