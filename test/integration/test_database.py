"""PostgreSQL is killed."""

import threading
import time

from workload import POLICIES, STOCK, check_tickets, workload, create, sell_out
from servers import eventually, metric, ready, wait_until_saved


def test_what_a_killed_database_loses_in_a_burst_is_saved_again(servers, place, clients, chance):
    """Saves do not wait for the disk, and this database writes late: confirmed commits are lost."""
    place.issuer()
    edge = place.edge()
    create(clients, edge)
    clients.burst(edge.users, workload(chance, POLICIES[:1]), connections=32)
    wait_until_saved(edge)
    before = place.sql("SELECT max(sequence) FROM firstcome.coupon WHERE policy_id = 1")
    coupons = "SELECT sequence, user_id, issued_at, journal_offset FROM firstcome.coupon WHERE policy_id = 1 ORDER BY 1"
    saved = place.sql(coupons)
    assert before == str(STOCK)

    def kill_in_the_middle(count):
        if count == 500:
            servers.command("kill postgres")
            servers.send("start postgres")

    clients.burst(edge.users, workload(chance, POLICIES[1:]), connections=64, after_answer=kill_in_the_middle)
    servers.answer()
    assert all(r.status in (200, 201, 409) for r in clients.requests), "a caller got no final answer"
    wait_until_saved(edge)
    assert place.sql(coupons) == saved
    check_tickets(clients, [edge], chance)
    place.stop()
    place.judge(clients, "--at-rest")


def test_commits_lost_in_a_crash_are_repeated_with_the_same_content(servers, place, clients, chance):
    place.issuer()
    edge = place.edge()
    create(clients, edge, POLICIES[:1])
    wait_until_saved(edge)
    servers.sql("CHECKPOINT")
    clients.burst(edge.users, workload(chance, POLICIES[:1]), connections=32)
    wait_until_saved(edge)
    coupons = "SELECT sequence, user_id, issued_at, journal_offset FROM firstcome.coupon ORDER BY 1"
    saved = place.sql(coupons)
    for node in place.nodes:  # no node repairs the store before the comparison
        node.freeze()
    servers.command("kill postgres")
    servers.command("start postgres")
    lost = STOCK - int(place.sql("SELECT count(*) FROM firstcome.coupon"))
    assert lost > 0, "nothing was lost"
    print(f"{lost} of {STOCK} coupons were lost")
    for node in place.nodes:
        node.wake()
    # The edge does not notice before it queries the database again.
    eventually(lambda: int(place.sql("SELECT count(*) FROM firstcome.coupon")) == STOCK, "the lost coupons are back")
    sell_out(clients, edge, POLICIES[:1])
    place.stop()
    place.judge(clients, "--at-rest")
    assert place.sql(coupons) == saved


def test_edges_answer_while_the_database_is_down(servers, place, clients, chance):
    """The duration does not matter: some seconds here."""
    place.issuer()
    place.issuer()
    edges = [place.edge(), place.edge()]
    create(clients, edges[0])
    wait_until_saved(edges[0])
    servers.command("kill postgres")
    away_until = time.monotonic() + 5
    first = 1
    try:
        while time.monotonic() < away_until or first <= STOCK + 100:  # until everything is sold, and some get SOLD_OUT
            clients.burst([edge.users for edge in edges], workload(chance, users=100, first=first), connections=32)
            first += 100
            assert all(ready(edge) for edge in edges)
        assert {r.result for r in clients.requests} == {"SUCCESS", "SOLD_OUT"}
    finally:
        servers.command("start postgres")
    began = time.monotonic_ns()
    wait_until_saved(edges[0])
    print(f"all of {len(clients.requests)} is saved {(time.monotonic_ns() - began) // 1_000_000} ms after the return")
    check_tickets(clients, edges, chance)
    place.stop()
    place.judge(clients, "--at-rest")


def test_a_frozen_database_delays_no_stop_and_events_continue_soon_afterwards(servers, place, clients, chance):
    issuer, edge = place.issuer(), place.edge()
    stopped_issuer, stopped_edge = place.issuer("--stop-within", "3s"), place.edge("--stop-within", "3s")
    create(clients, edge)
    clients.burst(edge.users, workload(chance, users=20), connections=16)
    wait_until_saved(edge)
    assert sessions(place, edge) <= 2, "it saves nothing"  # positions, and queries

    def ask():  # it reads the store, which does not answer
        stopped_edge.call("GET", "/v1/users/1/coupons")

    with servers.frozen_database():
        clients.burst(edge.users, workload(chance, first=21, users=STOCK), connections=64)
        threading.Thread(target=lambda: quietly(ask), daemon=True).start()
        began = time.monotonic()
        for node in (stopped_issuer, stopped_edge):
            node.terminate()
        for node in (stopped_issuer, stopped_edge):
            node.wait()
        took = time.monotonic() - began
        print(f"the last of them ended {took:.1f} s after SIGTERM")
        assert took < 12, "callers waited for the database"
    thawed = time.monotonic()
    issued = STOCK * len(POLICIES)
    eventually(lambda: int(place.sql("SELECT coalesce(sum(published_sequence), 0) FROM firstcome.event_position")) == issued,
               "every event is published")
    caught_up = time.monotonic() - thawed
    print(f"all events are published {caught_up:.1f} s after the thaw")
    assert caught_up < 12, "the pause after the freeze was a multiple of the freeze"
    eventually(lambda: metric(issuer, "firstcome_events_unpublished") == 0, "that the policies are sold out is published, too")
    place.stop()
    place.judge(clients, "--at-rest")


def sessions(place, node):
    return int(place.servers.sql(f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{node.name}'"))


def quietly(call):
    try:
        call()
    except OSError:
        pass
