"""A broker dies, with Kafka's default settings: it is fenced after 9 s, and a failover takes up to 18 s."""

import itertools
import json
import time
from collections import Counter

import pytest
from clients import Request
from workload import POLICIES, answered_after, check_tickets, create
from decided import read_topic
from server import DEADLINE
from servers import Servers, wait_until_saved

# Kafka's defaults.
DEFAULTS = ("broker.session.timeout.ms=9000", "broker.heartbeat.interval.ms=2000")


@pytest.fixture(scope="module")
def servers():
    servers = Servers(*DEFAULTS)
    yield servers
    servers.end()


def test_no_record_is_appended_twice_when_a_leader_is_killed_under_load(servers, place, clients, chance):
    """A message timeout shorter than the failover would begin a new producer epoch, and then records in flight in other
    partitions are appended again."""
    place.issuer()
    edge = place.edge("--wait", "1s", "--wait-most", "1s")  # the callers' waits must not matter
    create(clients, edge, stock=100_000)
    leader = servers.controller()  # the longest failover: the others first elect a controller
    homes = place.homes(POLICIES)
    its = [policy for policy in POLICIES if servers.partitions(place.name)[homes[policy]][0] == leader]
    assert its, "it leads no partition"
    requests, killed = [], []

    def press():
        """Waits until requests for the killed leader's policies are answered again."""
        for number in itertools.count(1):
            if killed and number % 64 == 0:
                assert time.monotonic_ns() < killed[0] + DEADLINE * 1_000_000_000, "the failover does not end"
                if answered_after(requests, killed[0], its) is not None:
                    return
            requests.append(Request(POLICIES[number % len(POLICIES)], number))
            yield requests[-1]

    def kill_in_the_middle(count):
        if count == 2_000:
            servers.kill_broker(leader)
            killed.append(time.monotonic_ns())

    try:
        clients.burst(edge.users, press(), connections=256, after_answer=kill_in_the_middle)
        print(f"answers of the killed leader's policies flow after {answered_after(requests, killed[0], its)} ms")
    finally:
        servers.command(f"start {leader}")
    check_tickets(clients, [edge], chance)
    wait_until_saved(edge)
    place.stop()
    place.judge(clients)
    sent = Counter(json.loads(record.value)["sequenceNumber"] for record in read_topic(servers, place.name))
    assert not [number for number, count in sent.items() if count > 1]
