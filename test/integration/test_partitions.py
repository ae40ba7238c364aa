"""Partitions are added to a topic that is in use."""

import json

from confluent_kafka.admin import NewPartitions
from workload import POLICIES, STOCK, workload, create
from servers import eventually, wait_until_saved


def test_added_partitions_are_reported_and_followed_after_a_restart(servers, place, clients, chance):
    issuer = place.issuer()
    edge = place.edge()
    create(clients, edge)
    clients.burst(edge.users, workload(chance, users=100), connections=32)
    servers.admin.create_partitions([NewPartitions(place.name, 5)])[place.name].result()
    eventually(lambda: len(servers.partitions(place.name)) == 5, "five partitions")
    for node in (issuer, edge):
        node.wait_for("now has 5 partitions")
    strangers = range(5_001, 5_011)
    for user in strangers:
        body = {"userId": user, "policyId": 1, "requestedAt": "2026-11-23T14:00:00.123", "sequenceNumber": user}
        place.produce(3 + user % 2, json.dumps(body))
    clients.burst(edge.users, workload(chance, users=50, first=101), connections=32)  # continues as before
    place.stop()

    place.issuer()
    edge = place.edge()

    def issued():
        return place.sql(f"SELECT count(*) FROM firstcome.coupon WHERE user_id IN {tuple(strangers)}")

    eventually(lambda: issued() == str(len(strangers)), "what strangers put there is decided at home")
    clients.burst(edge.users, workload(chance, users=50, first=151), connections=32)
    wait_until_saved(edge)
    assert edge.policy(1)["issuedCount"] == 200 + len(strangers) < STOCK
    assert edge.policy(POLICIES[1])["issuedCount"] == 200
    place.stop()
    place.judge(clients, "--at-rest", "--others")
