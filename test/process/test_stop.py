"""SIGTERM: every accepted request is answered, nothing is lost, the exit code is 0."""

from clients import Clients, Request
from promises import StoreRows, check_answers
from server import Server

POLICY, STOCK = 3, 100_000


def test_a_stop_in_the_middle_of_a_burst_answers_what_was_accepted(tmp_path):
    clients = Clients()
    with Server(tmp_path) as server:
        server.create_policy(POLICY, STOCK)
        requests = [Request(POLICY, user) for user in range(1, 5_001)]
        clients.burst(server.users, requests, after_answer=lambda count: count == 1_500 and server.terminate())
        assert server.wait() == 0, server.said()

    answered = [r for r in clients.requests if r.answered is not None]
    assert {r.status for r in answered} <= {201, 503}, {r.status for r in answered}
    holders = check_answers(clients.requests, POLICY, STOCK)
    assert len(holders) >= 1_500

    # Saved, all of it, before the process ended; and nobody got a coupon without being told.
    with StoreRows(tmp_path) as rows:
        coupons = rows.coupons(POLICY)
        rows.codes()
    assert {user: sequence for sequence, user in coupons.items()} == holders
    assert sorted(coupons) == list(range(1, len(coupons) + 1))

    with Server(tmp_path) as server:
        assert server.policy(POLICY)["issuedCount"] == len(holders)
        again = clients.burst(server.users, [Request(POLICY, user) for user in holders])
        assert {r.result for r in again} == {"ALREADY_ISSUED"}
        check_answers(clients.requests, POLICY, STOCK)
        for request in answered[:100]:
            if request.result == "SUCCESS":
                assert server.ticket(request.body["ticket"])["sequence"] == request.body["sequence"]
        server.stop()


def test_an_idle_server_stops_at_once(tmp_path):
    with Server(tmp_path) as server:
        server.stop()
        assert "stopped" in server.said()


def test_the_same_wish_twice_is_one_stop(tmp_path):
    with Server(tmp_path) as server:  # as `timeout` and some service managers do: the process, then its group
        server.terminate()
        server.terminate()
        assert server.wait() == 0, server.said()
