"""The topic is deleted and created again while nodes are frozen, cut off, or running."""

import json

import pytest
from clients import Request
from confluent_kafka import Producer
from cuts import TO_BROKER, TO_CLIENT, CuttingProxies
from server import DEADLINE
from servers import eventually, samples, wait_until_saved

POLICIES = (1, 4)  # their homes are partitions 0 and 1; nothing is ever decided in partition 2
STOCK = 1_000
PARTITIONS = range(3)


@pytest.fixture
def proxies(servers):
    proxies = CuttingProxies(servers.facts["brokers"])
    yield proxies
    proxies.end()


def recreate(place):
    topics = place.servers.admin.delete_topics([place.name])
    topics[place.name].result()
    eventually(lambda: place.name not in place.servers.admin.list_topics(timeout=DEADLINE).topics, "it is gone")
    place.must("topic", "create", *place.topics)


def fill(place, first_user, records=300):
    """Requests that would win, in every partition, far beyond the position of every node."""
    producer = Producer({"bootstrap.servers": place.servers.bootstrap, "log_level": 0})
    failed = []
    for partition in PARTITIONS:
        for number in range(records):
            value = json.dumps({"userId": first_user + number, "policyId": POLICIES[number % 2], "sequenceNumber": number})
            producer.produce(place.name, value=value, key="1", partition=partition,
                             on_delivery=lambda error, _: failed.append(error) if error else None)
    assert producer.flush(DEADLINE) == 0 and not failed, failed


def saved(place):
    return place.sql("SELECT partition, next_offset, state_hash FROM firstcome.journal_position ORDER BY partition"), \
        place.sql("SELECT policy_id, sequence, user_id FROM firstcome.coupon ORDER BY 1, 2")


def decided(node):
    return samples(node, "firstcome_decided_records_total")


def out_of_service(node):
    """Every partition is stopped, with its reason."""
    partitions = json.loads(node.text("/readyz", admin=True)[1])["partitions"]
    return all(one["health"] in ("HALTED", "STOPPED") and one["reason"] for one in partitions)


def test_no_node_decides_a_topic_that_was_recreated_while_nodes_were_frozen_or_cut_off(servers, place, proxies, clients):
    issuer, frozen, running = place.issuer(), place.edge(), place.edge()
    place.journal, direct = f"kafka://{proxies.bootstrap}/{place.name}", place.journal
    cut_off = place.edge()
    place.journal = direct
    edges = [frozen, running, cut_off]
    for policy in POLICIES:
        clients.create_policy(frozen, policy, STOCK)
    clients.burst(frozen.users, [Request(policy, user) for policy in POLICIES for user in range(1, 61)], connections=8)
    wait_until_saved(frozen)
    eventually(lambda: len({decided(node) for node in place.nodes}) == 1, "every node has decided the same")
    before, decided_before = saved(place), decided(issuer)
    assert decided_before > 0 and before[0].splitlines()[2].startswith("2|0|"), before[0]

    with proxies.losing(TO_BROKER, TO_CLIENT):
        issuer.freeze()
        frozen.freeze()
        recreate(place)
        fill(place, first_user=1_001)
    issuer.wake()
    frozen.wake()
    asked = clients.burst([edge.users for edge in edges],
                          [Request(policy, user) for policy in POLICIES for user in range(2_001, 2_031)], connections=12)
    # The new topic accepts an append. The caller may get 202, but the ticket is never answered.
    assert {request.status for request in asked} <= {202, 503}, {request.status for request in asked}
    for node in place.nodes:
        eventually(lambda node=node: out_of_service(node), lambda node=node: node.text("/readyz", admin=True)[1])
        eventually(lambda node=node: node.text("/readyz", admin=True)[0] == 503, "it is not ready, 2 s later")
        assert decided(node) == decided_before, node.name
    for request in asked:
        if request.status == 202:
            assert running.text(f"/v1/requests/{request.body['ticket']}")[0] == 503
    assert saved(place) == before
    reasons = place.sql("SELECT halted_reason FROM firstcome.journal_position").splitlines()
    assert all("This is not the journal that was decided" in reason for reason in reasons), reasons
