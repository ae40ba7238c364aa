"""A node is killed, or hangs."""

import time

from workload import check_tickets, workload, create, sell_out
from servers import eventually, owned, wait_until_saved


def test_an_issuer_is_killed_in_a_burst_and_another_takes_over(place, clients, chance):
    owner = place.issuer()
    edge = place.edge()
    create(clients, edge)
    other = place.issuer()
    eventually(lambda: owned(owner) > 0 and owned(owner) + owned(other) == 3, "they share the partitions")

    killed = []

    def kill_in_the_middle(count):
        if count == 1_000:
            killed.append(time.monotonic_ns())
            owner.kill()

    clients.burst(edge.users, workload(chance), connections=64, after_answer=kill_in_the_middle)
    assert all(r.status in (200, 201, 409) for r in clients.requests), "a caller got no final answer"
    wait_until_saved(edge)
    print(f"all is saved {(time.monotonic_ns() - killed[0]) // 1_000_000} ms after an issuer was killed")
    place.issuer()
    clients.burst(edge.users, workload(chance, first=601), connections=64)
    check_tickets(clients, [edge], chance)
    other.kill()
    place.judge(clients)
    wait_until_saved(edge)
    place.stop()
    place.judge(clients, "--at-rest")


def test_an_edge_is_killed_and_restarted_in_a_burst(place, clients, chance):
    place.issuer()
    edge, killed = place.edge(), place.edge()
    create(clients, edge)

    def kill_in_the_middle(count):
        if count == 1_000:
            killed.kill()

    clients.burst([edge.users, killed.users], workload(chance, times=2), connections=64, after_answer=kill_in_the_middle)
    assert any(r.body is None for r in clients.requests), "no request was cut off"
    began = time.monotonic_ns()
    back = place.edge()
    print(f"an edge is ready {(time.monotonic_ns() - began) // 1_000_000} ms after its start")
    sell_out(clients, back)
    check_tickets(clients, [edge, back], chance)
    place.stop()
    place.judge(clients, "--at-rest")


def test_a_frozen_issuer_delays_no_caller_and_saves_nothing_wrong_afterwards(place, clients, chance):
    frozen = place.issuer()
    other = place.issuer()
    edge = place.edge()
    create(clients, edge)
    eventually(lambda: owned(frozen) > 0 and owned(other) > 0, "they share the partitions")

    stopped = []

    def freeze_in_the_middle(count):
        if count == 1_000:
            stopped.append(time.monotonic_ns())
            frozen.freeze()

    clients.burst(edge.users, workload(chance), connections=64, after_answer=freeze_in_the_middle)
    wait_until_saved(edge)
    print(f"all is saved {(time.monotonic_ns() - stopped[0]) // 1_000_000} ms after an issuer froze")
    frozen.wake()
    clients.burst(edge.users, workload(chance, first=601), connections=64)
    wait_until_saved(edge)
    place.stop()
    place.judge(clients, "--at-rest")


def test_an_issuer_frozen_inside_a_save_delays_no_caller(place, clients, chance):
    issuers = {one.name: one for one in (place.issuer(), place.issuer())}
    edge = place.edge()
    create(clients, edge)
    wait_until_saved(edge)
    with place.held("LOCK TABLE firstcome.coupon IN EXCLUSIVE MODE"):
        clients.burst(edge.users, workload(chance, users=100), connections=32)
        waiting = "SELECT application_name FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'COPY%'"
        name = eventually(lambda: place.sql(waiting).split(), "a save has begun")[0]
        issuers[name].freeze()
    began = time.monotonic_ns()
    wait_until_saved(edge)
    print(f"all is saved {(time.monotonic_ns() - began) // 1_000_000} ms after an issuer froze inside a save")
    issuers[name].wake()
    clients.burst(edge.users, workload(chance, first=601), connections=64)
    wait_until_saved(edge)
    place.stop()
    place.judge(clients, "--at-rest")
