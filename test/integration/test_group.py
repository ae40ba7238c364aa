"""Issuers start and stop, and other consumers join their group."""

import subprocess
import threading

from confluent_kafka import Consumer, KafkaError
from workload import POLICIES, check_tickets, workload, create
from server import DEADLINE
from servers import eventually, metric, owned, wait_until_saved

GROUP = "coupon-issue-group"


def listener(servers):
    """A consumer as Spring creates it, with the first of its assignors."""
    return Consumer({"bootstrap.servers": servers.bootstrap, "group.id": GROUP, "session.timeout.ms": 3_000,
                     "partition.assignment.strategy": "range"})


def test_issuers_start_and_stop_in_a_burst(place, clients, chance):
    first = place.issuer()
    edge = place.edge()
    create(clients, edge)
    eventually(lambda: owned(first) == 3, "one owns all")
    others, starting = [], []

    def start_and_stop(count):
        if count in (500, 900):
            starting.append(threading.Thread(target=lambda: others.append(place.issuer())))
            starting[-1].start()
        if count in (3_000, 3_400):
            for thread in starting:
                thread.join()
            if count == 3_000:
                eventually(lambda: [owned(one) for one in (first, *others)] == [1, 1, 1], "each owns a third")
            others[count == 3_400].terminate()

    clients.burst(edge.users, workload(chance, times=2), connections=64, after_answer=start_and_stop)
    assert [other.wait() for other in others] == [0, 0]
    assert all(r.status in (200, 201, 409) for r in clients.requests), "a caller got no final answer"
    eventually(lambda: owned(first) == 3, "one owns all again")
    wait_until_saved(edge)
    check_tickets(clients, [edge], chance)
    place.stop()
    place.judge(clients, "--at-rest")


def test_kafkas_own_tools_show_members_and_lag(servers, place, clients, chance):
    place.issuer()
    edge = place.edge()
    create(clients, edge)
    clients.burst(edge.users, workload(chance, users=50), connections=16)
    wait_until_saved(edge)

    def described():
        """Partition → (lag, member), as Kafka's tools show them."""
        tool = servers.java("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand", "--describe", "--group", GROUP)
        rows = [line.split() for line in tool.communicate(timeout=DEADLINE)[0].splitlines()]
        return {int(row[2]): (row[5], row[6]) for row in rows if row[:2] == [GROUP, place.name]}

    eventually(lambda: [lag for lag, _ in described().values()] == ["0", "0", "0"], described)
    assert all(member.startswith("firstcome") for _, member in described().values())
    place.stop()
    place.judge(clients, "--at-rest")


def test_a_forgotten_listener_in_the_group_is_reported(servers, place, clients, chance):
    issuer = place.issuer()
    edge = place.edge()
    create(clients, edge)
    eventually(lambda: place.members() == 1, "the issuer is in the group")
    spring = listener(servers)
    spring.subscribe([place.name])
    clients.burst(edge.users, workload(chance), connections=64)
    refused = eventually(lambda: (message := spring.poll(0.1)) and message.error(), "the listener is refused")
    assert refused.code() == KafkaError.INCONSISTENT_GROUP_PROTOCOL, refused
    spring.close()
    wait_until_saved(edge)
    issuer.stop()

    # The opposite order: the listener joins first.
    spring = listener(servers)
    there = []
    spring.subscribe([place.name], on_assign=lambda _, partitions: there.extend(partitions))
    eventually(lambda: spring.poll(0.1) or there, "the listener has the partitions")
    late = place.issuer()
    late.wait_for("has another assignment strategy")
    clients.burst(edge.users, workload(chance, first=601), connections=64)
    spring.close()
    wait_until_saved(edge)
    place.stop()
    place.judge(clients, "--at-rest")


def test_partitions_assigned_to_a_consumer_of_the_new_protocol_are_saved(servers, place, clients, chance):
    issuer = place.issuer()
    edge = place.edge()
    create(clients, edge)
    eventually(lambda: place.members() == 1, "the issuer is in the group")
    stranger = servers.java("org.apache.kafka.tools.consumer.ConsoleConsumer", "--topic", place.name, "--group", GROUP,
                            "--consumer-property", "group.protocol=consumer", output=subprocess.DEVNULL)
    try:
        eventually(lambda: place.members() != 1, "the stranger is in the group")
        clients.burst(edge.users, workload(chance, POLICIES), connections=64)
        issuer.wait_for("Taking over saving of partition")
        wait_until_saved(edge)
        assert metric(issuer, "firstcome_takeovers_total") >= 1
        eventually(lambda: metric(issuer, "firstcome_group_foreign") == 1, "the stranger is seen")
    finally:
        stranger.terminate()  # it leaves the group; after a kill, the group would wait for it for 45 s
        stranger.wait(DEADLINE)
    eventually(lambda: owned(issuer) == 3, "the issuer owns all again")
    check_tickets(clients, [edge], chance)
    place.stop()
    place.judge(clients, "--at-rest")
