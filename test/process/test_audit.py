"""`firstcome audit` finds a store that was changed by hand, finds nothing in a correct one, and changes no file."""

import hashlib
import json
import random
import re
import sqlite3

import pytest
from clients import Clients, Request
from server import Server, run

POLICY, STOCK = 7, 20


def fill(server, policy=POLICY):
    clients = Clients()
    server.create_policy(policy, STOCK)
    clients.burst(server.users, [Request(policy, user) for user in range(1, 41)], connections=1)
    assert server.call("POST", f"/v1/policies/{policy}/pause", admin=True)[0] == 200
    clients.burst(server.users, [Request(policy, user) for user in range(41, 46)], connections=1)
    return clients


@pytest.fixture(name="data", scope="module")
def fixture_data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shop") / "data"
    with Server(folder) as server:
        fill(server)
        server.stop()
    return folder


def audit(folder, *flags):
    """(exit code, report)"""
    code, out, err = run("audit", "--data", str(folder), "--json", *flags)
    assert err == "", err
    return code, json.loads(out)


def files(folder):
    """name → digest, without the indexes of the logs, because every reader of SQLite writes to them."""
    return {file.name: file.name.endswith("-shm") or hashlib.sha256(file.read_bytes()).hexdigest()
            for file in folder.iterdir()}


def copy_of(data, tmp_path):
    copy = tmp_path / "data"
    copy.mkdir()
    for file in data.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    return copy


def change(folder, *statements, file="store.sqlite"):
    with sqlite3.connect(folder / file) as database:
        for statement in statements:
            assert database.execute(statement).rowcount > 0, statement
    database.close()


def test_a_clean_store_exits_0_and_no_file_changes(data):
    before = files(data)
    code, out, err = run("audit", "--data", str(data))
    assert (code, err) == (0, ""), (out, err)
    assert "clean: the store matches the journal" in out
    assert "compared with 20 coupons, 1 policy, 2 policy changes" in out
    code, report = audit(data)
    assert (code, report["clean"], report["differences"], report["coupons"]) == (0, True, [], STOCK)
    records = sum(partition["records"] for partition in report["partitions"])
    assert records == sum(partition["journalEnd"] for partition in report["partitions"]) >= 1 + 20 + 1
    assert files(data) == before


A_COUPON = "WHERE policy_id = 7 AND sequence = 17"
HOME = "partition = (SELECT max(journal_partition) FROM coupon)"


@pytest.mark.parametrize("statement, expected", [
    (f"DELETE FROM coupon {A_COUPON}", r"policy 7: coupon 17 of user 17 is missing in the store"),
    (f"UPDATE coupon SET user_id = 4711 {A_COUPON}",
     r"policy 7: coupon 17 belongs to user 17 in the journal, user 4711 in the store"),
    (f"UPDATE coupon SET issued_at = 0 {A_COUPON}", r"policy 7: coupon 17 was issued at .* in the journal, 1970-"),
    ("INSERT INTO coupon SELECT policy_id, 21, 4711, 1, issued_at, era, journal_partition, journal_offset FROM coupon "
     + A_COUPON, r"policy 7: coupon 21 of user 4711 is in the store, but not in the journal"),
    ("DELETE FROM coupon_policy", r"policy 7 'Policy 7' is missing in the store"),
    ("UPDATE coupon_policy SET issued_count = 19", r"policy 7: issuedCount is 20 in the journal, 19 in the store"),
    ("UPDATE coupon_policy SET active_count = 19", r"policy 7: activeCount is 20 in the journal, 19 in the store"),
    ("UPDATE coupon_policy SET max_count = 21", r"policy 7: maxCount is 20 in the journal, 21 in the store"),
    ("UPDATE coupon_policy SET name = 'Mine'", r"policy 7: name is 'Policy 7' in the journal, 'Mine' in the store"),
    ("DELETE FROM policy_change WHERE revision = 2", r"policy 7: revision 2 \(pause\) is missing in the store"),
    ("UPDATE policy_change SET who = 'another' WHERE revision = 2", r"policy 7: revision 2: the operator is .*'another'"),
    ("INSERT INTO policy_change SELECT policy_id, 3, at, command, who, era, journal_partition, journal_offset "
     "FROM policy_change WHERE revision = 2", r"policy 7: revision 3 by .* is in the store, but not in the journal"),
    ("UPDATE journal_batch SET codes = CAST(substr(codes, 1, winner - 1) || x'02' || substr(codes, winner + 1) AS BLOB) "
     f"WHERE {HOME}",
     r"partition \d: the code at offset \d+ is SUCCESS in the journal, ALREADY_ISSUED in the store"),
    (f"DELETE FROM journal_batch WHERE {HOME} AND first_offset = "
     "(SELECT first_offset FROM journal_batch ORDER BY length(codes) DESC, first_offset LIMIT 1)",
     r"partition \d: offsets? .* in no batch of the store"),
    (f"UPDATE journal_batch SET state_hash = state_hash + 1 WHERE {HOME}",
     r"at the end of the batch of offsets .* the state hash is"),
    (f"UPDATE journal_batch SET clock = clock + 1 WHERE {HOME}", r"at the end of the batch of offsets .* the clock is"),
    (f"UPDATE journal_position SET next_offset = next_offset - 1 WHERE {HOME}",
     r"partition \d: the position is offset \d+, but the batches of the store end at \d+"),
    (f"UPDATE journal_position SET next_offset = next_offset + 1 WHERE {HOME}",
     r"partition \d: the store has saved up to offset \d+, but the journal ends at \d+"),
    (f"UPDATE journal_position SET state_hash = state_hash + 1 WHERE {HOME}", r"at the position, offset \d+, the state"),
    (f"UPDATE journal_position SET checksum = 1 WHERE {HOME}", r"does not have the saved checksum"),
    ("UPDATE setting SET value = 'another' WHERE key = 'cluster_id'", r"the store was filled from journal another"),
])
def test_a_manual_change_is_described(data, tmp_path, statement, expected):
    folder = copy_of(data, tmp_path)
    statement = statement.replace("winner", "instr(codes, x'01')")  # in the only batch: the offset of a coupon
    change(folder, statement)
    code, out, _ = run("audit", "--data", str(folder))
    assert code == 1, out
    assert re.search(expected, out), out
    conclusion = r"\d+ differences?\n(partition \d: (the store is wrong|this is not the journal).*\n)*$"
    assert re.search(conclusion, out), out


def test_a_limited_number_of_differences_is_listed_and_all_are_counted(data, tmp_path):
    folder = copy_of(data, tmp_path)
    change(folder, "UPDATE coupon SET issued_at = issued_at + 1")
    code, report = audit(folder, "--differences", "3")
    assert (code, len(report["differences"]), report["differenceCount"]) == (1, 3, STOCK)
    assert report["differences"][0] == {"about": "coupon", "partition": report["differences"][0]["partition"],
                                        "policyId": 7, "text": report["differences"][0]["text"]}
    code, out, _ = run("audit", "--data", str(folder), "--differences", "3")
    assert code == 1 and "20 differences, of which 17 are not shown" in out, out


def test_a_row_that_no_issuer_writes_and_a_damaged_journal_are_reported(data, tmp_path):
    folder = copy_of(data, tmp_path)
    change(folder, "UPDATE coupon_policy SET state = 9")
    code, out, err = run("audit", "--data", str(folder))
    assert (code, out) == (1, "") and "coupon_policy" in err, err
    change(folder, "UPDATE coupon_policy SET state = 2")
    change(folder, "UPDATE record_batch SET records = zeroblob(length(records))", file="journal.sqlite")
    code, out, err = run("audit", "--data", str(folder))
    assert (code, out) == (1, "") and "checksum" in err, err


def test_an_audit_can_start_after_deleted_batches(data, tmp_path):
    folder = copy_of(data, tmp_path)
    change(folder, "DELETE FROM record_batch WHERE base_offset < 10", file="journal.sqlite")
    code, report = audit(folder)
    assert code == 0, report
    home = max(report["partitions"], key=lambda partition: partition["journalEnd"])
    assert home["journalStart"] == 10 and home["comparedFrom"] >= 10, home
    change(folder, "UPDATE coupon SET user_id = 4711 WHERE sequence = 2")
    code, report = audit(folder)
    assert code == 1 and "do not have the hash that was saved there" in report["differences"][0]["text"], report


def test_while_a_server_runs_and_after_kill_9_in_a_burst(tmp_path):
    chance = random.Random(4)
    server = Server(tmp_path)
    for policy in range(1, 4):
        server.create_policy(policy, 200)
        stop_at = chance.randrange(50, 500)

        def after_answer(count, stop_at=stop_at):
            if count == stop_at:
                code, report = audit(tmp_path)
                assert (code, report["differences"]) == (0, []), report
            if count == stop_at + 50:
                server.kill()

        Clients().burst(server.users, [Request(policy, chance.randrange(1, 400)) for _ in range(700)],
                        connections=32, after_answer=after_answer)
        left = files(tmp_path)
        code, report = audit(tmp_path)  # the files as the kill left them, before a process opens them again
        assert (code, report["differences"]) == (0, []), report
        assert files(tmp_path) == left
        server = Server(tmp_path)
    names = set(files(tmp_path))
    assert audit(tmp_path)[0] == 0
    assert set(files(tmp_path)) == names
    server.stop()
    code, report = audit(tmp_path)
    assert code == 0 and all(partition["notYetSaved"] == 0 for partition in report["partitions"]), report


@pytest.mark.parametrize("words, expected", [
    (("audit", "--data", "/nowhere"), "no such folder"),
    (("audit", "--data", "/"), "holds no data of firstcome"),
    (("audit", "--differences", "many"), "not a whole number"),
    (("audit", "all"), "not expected here"),
])
def test_nothing_to_audit_exits_2(words, expected):
    code, out, err = run(*words)
    assert (code, out) == (2, "") and expected in err, err
