"""Unreadable records among readable ones: they are decided INVALID, kept unchanged, and do not affect the others."""

import json
import re
import struct

from confluent_kafka import Consumer, Producer, TopicPartition
from workload import create
from decided import ALREADY_ISSUED, INVALID, SUCCESS, read_decided, read_topic
from server import DEADLINE, run
from servers import eventually, metric, wait_until_saved
from spring import Program

POLICY = 1
LARGEST = 1024 * 1024 - 256  # with its frame, the maximum size of the topic


def request(user, **other):
    return json.dumps({"userId": user, "policyId": POLICY, "requestedAt": "2026-11-23T14:00:00.123",
                       "sequenceNumber": user, **other}).encode()


# Name → key, value, headers.
POISON = {
    "no JSON": (b"1", b"SUCCESS", []),
    "binary garbage": (b"\x00\xff\xfe", bytes(range(256)) * 4, [("h", b"\x00\x80")]),
    "a value that is null": (b"1", None, [("__TypeId__", b"shop.CouponIssueMessage")]),
    "an empty value": (None, b"", []),
    "a user that is a text": (b"1", request("one"), []),
    "a policy that is a fraction": (b"1", request(90, policyId=1.5), []),
    "no user": (b"1", b'{"policyId":1,"requestedAt":"2026-11-23T14:00:00","sequenceNumber":1}', []),
    "no policy": (b"1", b'{"userId":91,"requestedAt":"2026-11-23T14:00:00","sequenceNumber":1}', []),
    "a negative user": (b"1", request(-92), []),
    "a policy with the number 0": (b"1", request(93, policyId=0), []),
    "a number no long can hold": (b"1", request(2**63), []),
    "a user given twice": (b"1", b'{"userId":94,' + request(95)[1:], []),
    "an unknown kind": (b"1", request(96), [("kind", b"party")]),
    "a kind that is null": (b"1", request(97), [("kind", None)]),
    "the largest the topic takes": (b"1", b'{"userId":98,"policyId":1,"note":"' + b"x" * LARGEST, []),
    "as large, of a readable form": (b"1", request(99, note="x" * 1_000_000), []),
}


def produce_all(servers, topic, partition, records):
    """Appends them in this order; returns their offsets."""
    producer = Producer({"bootstrap.servers": servers.bootstrap, "enable.idempotence": True, "message.max.bytes": 2_000_000,
                         "log_level": 0})
    offsets = []
    for key, value, headers in records:
        producer.produce(topic, value=value, key=key, partition=partition, headers=headers,
                         on_delivery=lambda failed, message: offsets.append(failed or message.offset()))
    producer.flush(DEADLINE)
    assert all(isinstance(offset, int) for offset in offsets) and len(offsets) == len(records), offsets
    return offsets


def as_springs(topic, record):
    """The names and bytes of DeadLetterPublishingRecoverer, without the text of the reason."""
    return {"kafka_dlt-original-topic": topic.encode(),
            "kafka_dlt-original-partition": struct.pack(">i", record.partition),
            "kafka_dlt-original-offset": struct.pack(">q", record.offset),
            "kafka_dlt-original-timestamp": struct.pack(">q", record.timestamp[1]),
            "kafka_dlt-original-timestamp-type": b"LogAppendTime",
            "kafka_dlt-original-consumer-group": b"coupon-issue-group",
            "kafka_dlt-exception-fqcn": b"org.springframework.kafka.support.serializer.DeserializationException"}


def test_undecodable_records_are_invalid_in_order_and_kept_with_springs_headers(servers, place, clients):
    issuer, edge = place.issuer(), place.edge()
    create(clients, edge, policies=(POLICY,), stock=1_000)
    home = place.homes((POLICY,))[POLICY]
    # A valid record before and after each, and all of them again in another partition, which is home to no policy.
    records = [(b"1", request(1), [])]
    for number, poison in enumerate(POISON.values()):
        records += [poison, (b"1", request(number + 2), [])]
    offsets = produce_all(servers, place.name, home, records)
    bad = {home: dict(zip(POISON, offsets[1::2]))}
    for elsewhere in {0, 1, 2} - {home}:
        bad[elsewhere] = dict(zip(POISON, produce_all(servers, place.name, elsewhere, POISON.values())))
    eventually(lambda: edge.policy(POLICY)["issuedCount"] == len(POISON) + 1, "the good ones are issued")
    wait_until_saved(edge)
    assert metric(issuer, 'firstcome_relayed_records_total{to="dead_letters"}') == 3 * len(POISON), "the series of the alert"
    place.stop()

    decided = {(one.partition, one.offset): one for one in read_decided(place)}
    assert [decided[home, offset].code for offset in offsets] == [SUCCESS] + [INVALID, SUCCESS] * len(POISON)
    users = place.sql("SELECT user_id FROM firstcome.coupon ORDER BY sequence").split()
    assert users == [str(user) for user in range(1, len(POISON) + 2)], "issued in order"
    letters = {}
    for letter in read_topic(servers, f"{place.name}-dlt"):
        headers = dict(letter.headers)
        where = struct.unpack(">i", headers["kafka_dlt-original-partition"])[0]
        letters[where, struct.unpack(">q", headers["kafka_dlt-original-offset"])[0]] = letter
    assert letters.keys() == {(where, offset) for where, there in bad.items() for offset in there.values()}
    for where, there in bad.items():
        for name, offset in there.items():
            original, letter = decided[where, offset], letters[where, offset]
            own, added = letter.headers[:len(original.headers)], dict(letter.headers[len(original.headers):])
            assert original.code == INVALID, name
            assert (letter.key, letter.value) == (original.key, original.value), name
            assert own == original.headers, name
            assert added.pop("kafka_dlt-exception-message"), name
            assert added == as_springs(place.name, original), name
    place.judge(clients, "--at-rest", "--others")
    with Program("DeadLetters", servers.bootstrap, f"{place.name}-dlt") as shop:
        read = {tuple(shop.command("next").split(" ", 3)[:3]) for _ in letters}
    assert read == {(place.name, str(where), str(offset)) for where, offset in letters}


def test_no_dead_letter_is_lost_when_the_issuer_that_copies_it_is_killed(servers, place, clients):
    first, edge = place.issuer(), place.edge()
    create(clients, edge, policies=(POLICY,))
    home = place.homes((POLICY,))[POLICY]
    away = (home + 1) % 3
    offsets = produce_all(servers, place.name, away, [(None, b"garbage %d" % number, []) for number in range(20_000)])
    eventually(lambda: metric(first, 'firstcome_relayed_records_total{to="dead_letters"}') > 0, "it copies them")
    first.kill()
    place.issuer()
    wait_until_saved(edge)
    place.stop()
    letters = {dict(one.headers)["kafka_dlt-original-offset"]: one.value for one in read_topic(servers, f"{place.name}-dlt")}
    assert letters == {struct.pack(">q", offset): b"garbage %d" % number for number, offset in enumerate(offsets)}
    place.judge(clients, "--at-rest", "--others")


def test_dead_letters_are_listed_shown_replayed_and_dropped(servers, place, clients):
    place.issuer()
    edge = place.edge()
    create(clients, edge, policies=(POLICY,))
    home = place.homes((POLICY,))[POLICY]
    journal = ("--journal", place.journal)

    def dlt(command, *words):
        return place.must("dlt", command, *words, *journal)

    def letters():
        return json.loads(dlt("list", "--json"))["deadLetters"]

    assert dlt("list") == ""
    # A record that was moved to a wrong partition, which is always invalid, and an unreadable one.
    away = (home + 1) % 3
    produce_all(servers, place.name, away, [(b"1", request(42), [("origin", b"%d:5" % home), ("__TypeId__", b"shop.M")]),
                                            (None, b"garbage", [])])
    eventually(lambda: len(letters()) == 2, "both are there")
    first, second = dlt("list").splitlines()
    assert re.match(rf"0:0 .* from {place.name} {away}:\d+, \d+ bytes: ", first), first
    assert "7 bytes" in second, second
    assert "__TypeId__: shop.M" in dlt("show", "0:0") and "origin" in dlt("show", "0:0")
    code, out, err = run("dlt", "show", "0:2", *journal)
    assert (code, out) == (1, "") and "partition 0 has offsets 0 to 1" in err, err

    assert f"0:0 is appended to the journal, partition {home}, offset " in dlt("replay", "0:0")
    eventually(lambda: edge.policy(POLICY)["issuedCount"] == 1, "the request is issued now that it is at home")
    code, out, err = run("dlt", "replay", "--all", *journal)
    assert (code, len(out.splitlines())) == (1, 2) and "0:1: this version cannot read the record either" in out, (out, err)

    code, out, err = run("dlt", "drop", "0:1", *journal)
    assert (code, out) == (2, "") and "use --yes" in err, err
    assert dlt("drop", "0:0", "--yes") == "1 dead letter removed\n"
    assert [one["offset"] for one in letters()] == [1]
    assert "there is no dead letter 0:0" in place.must_not("dlt", "drop", "0:0", "--yes", *journal)
    assert dlt("drop", "--all", "--yes") == "1 dead letter removed\n"
    assert dlt("list") == ""
    consumer = Consumer({"bootstrap.servers": servers.bootstrap, "group.id": "who-looks", "log_level": 0})
    assert consumer.get_watermark_offsets(TopicPartition(f"{place.name}-dlt", 0), timeout=DEADLINE) == (2, 2)
    consumer.close()

    wait_until_saved(edge)
    place.stop()
    asked = [one for one in read_decided(place) if one.partition == home and b'"userId"' in (one.value or b"")]
    assert [one.code for one in asked] == [SUCCESS, ALREADY_ISSUED]
    assert all(one.headers == [("__TypeId__", b"shop.M"), ("firstcome-replayed", b"0:0")] for one in asked), asked
    place.judge(clients, "--at-rest", "--others")
