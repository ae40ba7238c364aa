"""Edges with --admission database."""

import time

from clients import Request
from workload import POLICIES, STOCK, check_tickets, workload, create, sell_out
from servers import eventually, metric, wait_until_saved

BY_DATABASE = ("--admission", "database", "--admission-timeout", "1s")


def validations(edge):
    return {outcome: metric(edge, f'firstcome_validations_total{{outcome="{outcome}"}}')
            for outcome in ("refused", "passed", "stale", "late", "away", "full")}


def test_the_stock_is_exact_while_the_validating_database_is_killed_and_restarted(servers, place, clients, chance):
    """If the database cannot be queried, the decider validates; callers notice nothing."""
    place.issuer()
    edges = [place.edge(*BY_DATABASE), place.edge(*BY_DATABASE)]
    addresses = [edge.users for edge in edges]
    create(clients, edges[0])

    def kill_in_the_middle(count):
        if count == 1500:
            servers.command("kill postgres")
        if count == 3000:
            servers.send("start postgres")

    clients.burst(addresses, workload(chance, times=2), connections=64, after_answer=kill_in_the_middle)
    servers.answer()
    before = [validations(edge) for edge in edges]
    assert all(seen["away"] > 0 for seen in before), before
    decided = sum(r.status in (200, 201, 409) for r in clients.requests)
    assert decided > len(clients.requests) / 2, "callers wait for the database that is down"
    clients.settle(addresses)

    wait_until_saved(edges[0])
    for edge in edges:  # the edges use the database again, and refusals need no journal
        eventually(lambda: refused_by_the_database(clients, edge), lambda: validations(edge))
    after = [validations(edge) for edge in edges]
    clients.burst(addresses, workload(chance), connections=64)
    refused = [validations(edge)["refused"] - seen["refused"] for edge, seen in zip(edges, after)]
    losers = len(POLICIES) * STOCK  # an edge answers the coupon owners that it has decided without the database
    assert sum(refused) > 0.5 * losers, (refused, after)
    clients.settle(addresses)
    check_tickets(clients, edges, chance)
    place.stop()
    print(before, after)
    place.judge(clients, "--at-rest")
    assert [len(clients.holders(policy)) for policy in POLICIES] == [STOCK] * len(POLICIES)


def refused_by_the_database(clients, edge):
    (asked,) = clients.burst(edge.users, [Request(POLICIES[0], 1_000_000 + len(clients.requests))], connections=1)
    assert asked.result not in ("SUCCESS", "ALREADY_ISSUED")
    return asked.result == "SOLD_OUT" and "asOf" in asked.body


def test_users_refused_by_the_database_win_after_the_stock_is_raised(place, clients, chance):
    """At once at the edge of the command, within max-staleness at the other."""
    place.issuer()
    edges = [place.edge(*BY_DATABASE), place.edge(*BY_DATABASE)]
    create(clients, edges[0], POLICIES[:1])
    sell_out(clients, edges[0], POLICIES[:1])
    wait_until_saved(edges[0])
    for edge in edges:
        eventually(lambda: refused_by_the_database(clients, edge), lambda: validations(edge))
    row = {"asked": "command", "command": "change", "policyId": POLICIES[0], "maxCount": STOCK + 2, "status": 200}
    clients.ask(row, lambda: edges[0].call("PATCH", f"/v1/policies/{POLICIES[0]}", {"maxCount": STOCK + 2}, admin=True)[1])
    raised = time.monotonic_ns()

    def wins(edge):
        (asked,) = clients.burst(edge.users, [Request(POLICIES[0], 2_000_000 + len(clients.requests))], connections=1)
        return asked if asked.result == "SUCCESS" else None

    first = clients.requests[-1]
    assert wins(edges[0]) or clients.requests[-1].status in (202, 503), "the edge of the command refused the user"
    eventually(lambda: wins(edges[1]), lambda: validations(edges[1]))
    late = [r for r in clients.requests[clients.requests.index(first) + 1:]
            if r.result == "SOLD_OUT" and r.sent - raised > 1_000_000_000]
    assert not late, "refused by a state older than max-staleness"
    place.stop()
    place.judge(clients, "--at-rest")


def test_a_frozen_database_delays_a_caller_no_longer_than_the_timeout(servers, place, clients, chance):
    place.issuer()
    edge = place.edge("--admission", "database", "--admission-timeout", "300ms")
    create(clients, edge, POLICIES[:1])
    eventually(lambda: passed_by_the_database(clients, edge), lambda: validations(edge))
    with place.held("LOCK TABLE firstcome.coupon_policy IN ACCESS EXCLUSIVE MODE"):
        asked = clients.burst(edge.users, workload(chance, POLICIES[:1]), connections=32)
        seen = validations(edge)
    assert seen["late"] > 0 and seen["away"] > 0, seen
    slowest = max(r.answered - r.sent for r in asked) // 1_000_000
    print(f"{seen}, the slowest answer came after {slowest} ms")
    assert slowest < 15_000, "the lock is held until all requests are answered, so only the timeout ends the wait"
    wait_until_saved(edge)
    place.stop()
    place.judge(clients, "--at-rest")


def passed_by_the_database(clients, edge):
    before = validations(edge)["passed"]
    clients.burst(edge.users, [Request(POLICIES[0], 1_000_000 + len(clients.requests))], connections=1)
    return validations(edge)["passed"] > before
