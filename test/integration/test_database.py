"""PostgreSQL dies."""

import time

from crowd import POLICIES, STOCK, ask_again, crowd, create, sell_out
from servers import eventually, ready, wait_until_saved


def test_the_database_is_killed_in_a_burst_and_what_it_lost_is_saved_again(servers, place, clients, chance):
    """Saves do not wait for the disk, and this database writes late: commits that were answered are gone."""
    place.issuer()
    edge = place.edge()
    create(clients, edge)
    clients.burst(edge.users, crowd(chance, POLICIES[:1]), connections=32)
    wait_until_saved(edge)
    before = place.sql("SELECT max(sequence) FROM firstcome.coupon WHERE policy_id = 1")
    coupons = "SELECT sequence, user_id, issued_at, journal_offset FROM firstcome.coupon WHERE policy_id = 1 ORDER BY 1"
    told = place.sql(coupons)
    assert before == str(STOCK)

    def kill_in_the_middle(count):
        if count == 500:
            servers.obey("kill postgres")
            servers.send("start postgres")

    clients.burst(edge.users, crowd(chance, POLICIES[1:]), connections=64, after_answer=kill_in_the_middle)
    servers.answer()
    assert all(r.status in (200, 201, 409) for r in clients.requests), "callers noticed"
    wait_until_saved(edge)
    assert place.sql(coupons) == told
    ask_again(clients, [edge], chance)
    place.stop()
    place.judge(clients, "--at-rest")


def test_commits_that_a_crash_took_back_are_made_again_the_same(servers, place, clients, chance):
    place.issuer()
    edge = place.edge()
    create(clients, edge, POLICIES[:1])
    wait_until_saved(edge)
    servers.sql("CHECKPOINT")
    clients.burst(edge.users, crowd(chance, POLICIES[:1]), connections=32)
    wait_until_saved(edge)
    coupons = "SELECT sequence, user_id, issued_at, journal_offset FROM firstcome.coupon ORDER BY 1"
    told = place.sql(coupons)
    for node in place.nodes:  # nobody mends anything before it was looked at
        node.freeze()
    servers.obey("kill postgres")
    servers.obey("start postgres")
    lost = STOCK - int(place.sql("SELECT count(*) FROM firstcome.coupon"))
    assert lost > 0, "nothing was lost"
    print(f"{lost} of {STOCK} coupons were lost")
    for node in place.nodes:
        node.wake()
    # The edge's own count knows nothing of it until it has asked the database again.
    eventually(lambda: int(place.sql("SELECT count(*) FROM firstcome.coupon")) == STOCK, "the lost coupons are back")
    sell_out(clients, edge, POLICIES[:1])
    place.stop()
    place.judge(clients, "--at-rest")
    assert place.sql(coupons) == told


def test_edges_answer_while_the_database_is_away(servers, place, clients, chance):
    """How long does not matter: some seconds here."""
    place.issuer()
    place.issuer()
    edges = [place.edge(), place.edge()]
    create(clients, edges[0])
    wait_until_saved(edges[0])
    servers.obey("kill postgres")
    away_until = time.monotonic() + 5
    first = 1
    try:
        while time.monotonic() < away_until or first <= STOCK + 100:  # until all is sold, and some hear of it
            clients.burst([edge.users for edge in edges], crowd(chance, users=100, first=first), connections=32)
            first += 100
            assert all(ready(edge) for edge in edges)
        assert {r.result for r in clients.requests} == {"SUCCESS", "SOLD_OUT"}
    finally:
        servers.obey("start postgres")
    began = time.monotonic_ns()
    wait_until_saved(edges[0])
    print(f"all of {len(clients.requests)} is saved {(time.monotonic_ns() - began) // 1_000_000} ms after the return")
    ask_again(clients, edges, chance)
    place.stop()
    place.judge(clients, "--at-rest")
