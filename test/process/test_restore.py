"""Tickets after a restored backup, and of copies of a folder: none returns another user's coupon."""

import shutil

import pytest
from server import Server, run

NOW = {"Prefer": "wait=10"}


def win(server, user, policy=1):
    """The ticket."""
    status, answer = server.call("POST", f"/v1/policies/{policy}/coupons", {"userId": user}, headers=NOW)
    assert status == 201, answer
    return answer["ticket"]


def confirmed(server, ticket, user, policy=1):
    answer = server.ticket(ticket)
    assert (answer["result"], answer["userId"], answer["policyId"]) == ("SUCCESS", user, policy), answer


def foreign(server, ticket):
    """Also if a list waits for the ticket's offset."""
    for path in (f"/v1/requests/{ticket}?wait=10", f"/v1/users/1/coupons?after={ticket}"):
        status, answer = server.call("GET", path)
        assert (status, answer["result"]) == (410, "GONE"), answer
        assert "restored" in answer["detail"] and "another copy" in answer["detail"], answer


@pytest.fixture
def data(tmp_path):
    """User 1 has won in two policies; the server has stopped."""
    with Server(tmp_path / "data", "--partitions", "1") as server:
        server.create_policy(1, 100)
        server.create_policy(2, 100)
        tickets = [win(server, 1), win(server, 1, policy=2)]
        server.stop()
    return tmp_path / "data", tickets


def test_a_ticket_from_after_the_backup_is_invalid_after_the_restore(tmp_path, data):
    data, (old, _) = data
    shutil.copytree(data, tmp_path / "backup")
    with Server(data) as server:
        lost = win(server, 10)
        lost_of_another_policy = win(server, 11, policy=2)
        server.stop()
    shutil.rmtree(data)
    shutil.move(tmp_path / "backup", data)
    with Server(data) as server:
        kept = win(server, 11)  # at the offset of user 10's ticket
        kept_too = win(server, 12)  # at the offset of policy 2's ticket
        for _ in range(2):
            foreign(server, lost)
            foreign(server, lost_of_another_policy)
            confirmed(server, old, 1)
            confirmed(server, kept, 11)
            confirmed(server, kept_too, 12)
        server.stop()
    with Server(data) as server:  # all of it is read from the store, not from memory
        foreign(server, lost)
        confirmed(server, old, 1)
        confirmed(server, kept, 11)
        server.stop()
    code, _, err = run("explain", "--data", str(data), "--ticket", lost)
    assert code == 1 and "after the backup" in err, err
    assert run("explain", "--data", str(data), "--ticket", kept)[0] == 0


def coupon_with_code(server, user):
    status, answer = server.call("POST", "/v1/policies/3/coupons", {"userId": user}, headers=NOW)
    assert status == 201, answer
    return answer["sequence"], answer["code"]


def test_a_code_is_never_repeated_after_a_restore(tmp_path):
    data = tmp_path / "data"
    with Server(data, "--partitions", "1") as server:
        terms = {"id": 3, "name": "a", "maxCount": 9, "codes": "GENERATED", "codePrefix": "NOON"}
        assert server.call("POST", "/v1/policies", terms, admin=True)[0] == 201
        _, kept = coupon_with_code(server, 1)
        server.stop()
    shutil.copytree(data, tmp_path / "backup")
    with Server(data) as server:
        lost = coupon_with_code(server, 10)
        server.stop()
    shutil.rmtree(data)
    shutil.move(tmp_path / "backup", data)
    with Server(data) as server:
        again = coupon_with_code(server, 10)
        assert (again[0], again[1] == lost[1]) == (lost[0], False), "the same user and sequence"
        assert server.call("GET", f"/v1/coupons/{lost[1]}")[0] == 404
        for user, code in ((1, kept), (10, again[1])):
            status, repeat = server.call("POST", "/v1/policies/3/coupons", {"userId": user}, headers=NOW)
            assert (status, repeat["code"]) == (200, code)
            assert server.call("GET", f"/v1/coupons/{code}")[1]["userId"] == user
        server.stop()


def test_a_ticket_from_after_the_backup_is_not_waited_for(tmp_path, data):
    """Another request may get its offset at any time."""
    data, _ = data
    shutil.copytree(data, tmp_path / "copy")
    with Server(data) as server:
        lost = [win(server, user) for user in range(10, 15)][-1]
        server.stop()
    with Server(tmp_path / "copy") as server:
        foreign(server, lost)


def test_two_copies_of_a_folder_do_not_confirm_each_others_tickets(tmp_path, data):
    data, (old, _) = data
    shutil.copytree(data, tmp_path / "copy")
    with Server(data) as one, Server(tmp_path / "copy") as other:
        here, there = win(one, 10), win(other, 11)
        foreign(one, there)
        foreign(other, here)
        for server in (one, other):
            confirmed(server, old, 1)


def test_tickets_stay_valid_over_restarts_and_a_crash(tmp_path, data):
    data, (old, old_of_another_policy) = data
    tickets = {1: old}
    for user in (10, 11, 12):
        with Server(data) as server:
            tickets[user] = win(server, user)
            for winner, ticket in tickets.items():
                confirmed(server, ticket, winner)
            confirmed(server, old_of_another_policy, 1, policy=2)
            if user == 11:
                server.kill()
            else:
                server.stop()
