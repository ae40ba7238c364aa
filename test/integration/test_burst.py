"""Two edges and two issuers, with the same users at both edges."""

from collections import Counter

from workload import POLICIES, STOCK, check_tickets, workload, create


def test_two_edges_issue_exactly_the_stock_and_give_equal_answers(place, clients, chance):
    place.issuer()
    place.issuer()
    edges = [place.edge(), place.edge()]
    create(clients, edges[0])
    addresses = [edge.users for edge in edges]
    clients.burst(addresses, workload(chance, times=2), connections=64)
    clients.settle(addresses)
    check_tickets(clients, edges, chance)
    place.stop()
    place.judge(clients, "--at-rest")

    statuses = Counter(r.status for r in clients.requests)
    assert statuses[200] + statuses[201] + statuses[409] > statuses.total() / 2, statuses
    assert [len(clients.holders(policy)) for policy in POLICIES] == [STOCK] * len(POLICIES)
    saved = place.sql("SELECT policy_id, count(*) FROM firstcome.coupon GROUP BY 1 ORDER BY 1").split()
    assert saved == [f"{policy}|{STOCK}" for policy in POLICIES]
