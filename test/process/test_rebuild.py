"""A person changes the store by hand: only that partition halts, and its rows are created again from the journal."""

import json
import sqlite3

from server import DEADLINE, Server, run

POLICIES = range(1, 7)  # their homes are all three partitions
USERS = range(1, 9)


def issue(server, policy, user):
    return server.call("POST", f"/v1/policies/{policy}/coupons", {"userId": user})


def fill(folder):
    """(policy, user) → the answer"""
    answers = {}
    with Server(folder) as server:
        for policy in POLICIES:
            server.create_policy(policy, 5)
            for user in USERS:
                answers[policy, user] = issue(server, policy, user)
        server.stop()
    assert sum(status == 201 for status, _ in answers.values()) == 5 * len(POLICIES)
    return answers


def remove_a_coupon(folder, policy):
    with sqlite3.connect(folder / "store.sqlite", timeout=DEADLINE) as store:
        assert store.execute("DELETE FROM coupon WHERE policy_id = ? AND sequence = 2", (policy,)).rowcount == 1
    store.close()


def assert_answers_are_the_same(server, answers, policies=POLICIES):
    for (policy, user), (status, answer) in answers.items():
        if policy not in policies or status != 201:
            continue
        again = issue(server, policy, user)
        assert again[0] == 200 and again[1]["result"] == "ALREADY_ISSUED", again
        assert again[1]["sequence"] == answer["sequence"], (again, answer)
        by_ticket = server.call("GET", f"/v1/requests/{answer['ticket']}")
        assert by_ticket[0] == 200 and by_ticket[1]["sequence"] == answer["sequence"], by_ticket


def partitions(server, health):
    return [one["partition"] for one in json.loads(server.text("/readyz")[1])["partitions"] if one["health"] == health]


def test_a_manually_removed_coupon_halts_only_its_partition_until_an_operator_trusts_the_journal(tmp_path):
    folder = tmp_path / "data"
    answers = fill(folder)
    remove_a_coupon(folder, 1)
    data = ("--data", str(folder))
    with Server(folder) as server:
        server.wait_for("do not add up to the hash.*firstcome store rebuild")
        server.wait_for("partition . HALTS")
        serving = [policy for policy in POLICIES if issue(server, policy, 1)[0] == 200]
        assert serving and 1 not in serving, server.text("/readyz")
        assert_answers_are_the_same(server, answers, serving)
        status, answer = issue(server, 1, 99)
        assert (status, answer["result"]) == (503, "UNAVAILABLE"), answer
        server.wait_for("partition . is HALTED")
        halted = partitions(server, "HALTED")
        assert len(halted) == 1, server.text("/readyz")
        unhalt = ("store", "unhalt", "--partition", str(halted[0]), *data)
        code, _, err = run(*unhalt, "--trust", "store")
        assert code == 1 and "do not add up" in err and "--trust journal" in err, err
        code, out, err = run(*unhalt, "--trust", "journal")
        assert (code, err) == (0, ""), (out, err)
        server.wait_for(f"partition {halted[0]} is loaded again: An operator has lifted its halt")
        while partitions(server, "SERVING") != [0, 1, 2]:
            assert server.process.poll() is None, server.log_text()
        assert_answers_are_the_same(server, answers)
        server.stop()
    assert run("audit", *data)[0] == 0


def test_the_store_is_created_again_from_the_journal_and_keeps_its_key(tmp_path):
    folder = tmp_path / "data"
    answers = fill(folder)
    for policy in POLICIES:
        remove_a_coupon(folder, policy)
    data = ("--data", str(folder))
    assert run("audit", *data)[0] == 1
    code, _, err = run("store", "rebuild", *data)
    assert code == 2 and "--yes" in err, err
    code, out, err = run("store", "rebuild", *data, "--yes")
    assert (code, err) == (0, ""), (out, err)
    with Server(folder) as server:
        assert_answers_are_the_same(server, answers)
        server.stop()
    assert run("audit", *data)[0] == 0


def test_a_rebuild_without_data_is_refused(tmp_path):
    assert run("store", "rebuild", "--yes", "--data", str(tmp_path / "nothing"))[0] == 1
    folder = tmp_path / "data"
    fill(folder)
    code, _, err = run("store", "rebuild", "--yes", "--data", str(folder), "--partition", "9")
    assert code == 1 and "no partition 9" in err, err
