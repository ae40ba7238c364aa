"""A broker dies."""

import subprocess
import time

import pytest
from workload import answered_after, check_tickets, workload, create, sell_out
from server import BINARY, DEADLINE, clean_environment, run


def test_a_killed_leader_in_a_burst_loses_no_answer(servers, place, clients, chance):
    place.issuer()
    edges = [place.edge(), place.edge()]
    create(clients, edges[0])
    homes = place.homes([1])
    leader, _ = servers.partitions(place.name)[homes[1]]
    killed = []

    def kill_in_the_middle(count):
        if count == 1_000:
            servers.kill_broker(leader)
            killed.append(time.monotonic_ns())

    requests = workload(chance, times=2)
    try:
        clients.burst([edge.users for edge in edges], requests, connections=64, after_answer=kill_in_the_middle)
        flowing = answered_after(requests, killed[0], [1])
        assert flowing is not None, "no request for the killed leader's policy was answered"
        assert servers.partitions(place.name)[homes[1]][0] != leader
        print(f"answers of the killed leader's policy flow after {flowing} ms, "
              f"any answer after {answered_after(requests, killed[0])} ms")
    finally:
        servers.command(f"start {leader}")
    for node in place.nodes:
        node.wait_for("Kafka broker .* answers again, after")
        output = node.log_text()
        assert output.count(" does not answer: ") == 1, output
        for raw in ("Kafka, FAIL", "REQTMOUT", "broker version", "might require SASL", "load in progress"):
            assert raw not in output, output
    sell_out(clients, edges[0])
    check_tickets(clients, edges, chance)
    place.judge(clients)
    servers.wait_until_whole(place.name)
    place.stop()
    place.judge(clients, "--at-rest")


def test_a_command_ends_without_a_leader_and_succeeds_with_a_new_leader(servers, place, clients, chance):
    place.issuer()
    edge = place.edge()
    create(clients, edge)
    clients.burst(edge.users, workload(chance, users=50), connections=16)
    leader, _ = servers.partitions(place.name)[0]
    servers.kill_broker(leader)
    try:
        codes = []
        deadline = time.monotonic() + DEADLINE
        while 0 not in codes and time.monotonic() < deadline:
            codes.append(run("audit", *place.flags)[0])  # fails the test if it does not end
        assert codes[-1] == 0, codes
    finally:
        servers.command(f"start {leader}")
        servers.wait_until_whole(place.name)


def test_topic_create_waits_until_every_live_broker_knows_the_topics(servers, place):
    """A broker that learns late of a topic reports it as unknown until then."""
    late, dead, topic = 3, 2, f"{place.name}-again"
    create = ("topic", "create", "--journal", f"kafka://{servers.bootstrap}/{topic}", "--replication", "2")
    with servers.frozen_broker(late):
        making = subprocess.Popen([BINARY, *create], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, env=clean_environment())
        with pytest.raises(subprocess.TimeoutExpired):
            making.wait(1.5)  # less than the others need to fence the frozen one
    assert making.wait(DEADLINE) == 0
    metadata = servers.ask_broker(late)
    assert {topic, f"{topic}-dlt"} <= metadata.topics.keys() and metadata.orig_broker_id == late
    servers.kill_broker(dead)
    try:
        place.must(*create)
    finally:
        servers.command(f"start {dead}")
        servers.wait_until_whole(place.name)
