"""20,000 requests of 10,000 users for 1,000 coupons, as fast as one client program can."""

import random
from collections import Counter

from clients import Clients, Request
from server import Server

POLICY, STOCK, USERS = 7, 1_000, 10_000


def test_exactly_the_stock_is_issued_first_come_first_served(tmp_path):
    users = [user for user in range(1, USERS + 1) for _ in range(2)]
    random.Random(1).shuffle(users)
    clients = Clients()
    with Server(tmp_path) as server:
        clients.create_policy(server, POLICY, STOCK)
        clients.burst(server.users, [Request(POLICY, user) for user in users], connections=128)
        assert len(clients.requests) == 2 * USERS
        clients.settle(server.users)
        policy = server.policy(POLICY)
        tickets = [r for r in clients.requests if r.result == "SOLD_OUT" and "ticket" in r.body][:200]
        tickets += [r for r in clients.requests if r.result == "SUCCESS"][:200]
        for request in tickets:
            clients.ticket(server, request.body["ticket"])
        clients.check(tmp_path)  # while the server runs
        server.stop()
    clients.check(tmp_path, "--at-rest")

    results = Counter(request.result for request in clients.requests)
    assert set(results) <= {"SUCCESS", "ALREADY_ISSUED", "SOLD_OUT", "PENDING", "OVERLOADED", "UNAVAILABLE", "OUTCOME_UNKNOWN"}, results
    assert results["SUCCESS"] <= STOCK == len(clients.holders(POLICY))
    assert results["SUCCESS"] + results["ALREADY_ISSUED"] + results["SOLD_OUT"] > USERS, "most answers are final at once"
    assert (policy["maxCount"], policy["issuedCount"], policy["remaining"]) == (STOCK, STOCK, 0)


def test_a_retry_gets_the_same_coupon(tmp_path):
    clients = Clients()
    with Server(tmp_path) as server:
        clients.create_policy(server, POLICY, 10)
        clients.burst(server.users, [Request(POLICY, user) for user in range(1, 21)], connections=1)
        clients.burst(server.users, [Request(POLICY, user) for user in range(1, 21)], connections=1)
    clients.check(tmp_path)
    first, again = clients.requests[:20], clients.requests[20:]
    assert [r.result for r in first] == ["SUCCESS"] * 10 + ["SOLD_OUT"] * 10
    assert [r.body["sequence"] for r in first[:10]] == list(range(1, 11))
    assert [r.result for r in again] == ["ALREADY_ISSUED"] * 10 + ["SOLD_OUT"] * 10
    assert [r.body["sequence"] for r in again[:10]] == list(range(1, 11))
    assert [r.body["issuedAt"] for r in again[:10]] == [r.body["issuedAt"] for r in first[:10]]
