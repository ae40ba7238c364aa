"""The records of a test's topic as any consumer reads them, and the saved outcome of each."""

from dataclasses import dataclass
from typing import Optional

from confluent_kafka import Consumer, TopicPartition
from server import DEADLINE

# As in src/domain/code.h.
SUCCESS, ALREADY_ISSUED, SOLD_OUT, INVALID, FORWARDED, DUPLICATE = 1, 2, 3, 9, 10, 11


@dataclass
class Seen:
    partition: int
    offset: int
    key: Optional[bytes]
    value: Optional[bytes]
    headers: list
    timestamp: tuple  # type (2 is LogAppendTime) and milliseconds
    code: Optional[int] = None

    @property
    def place(self):
        return f"{self.partition}:{self.offset}"

    @property
    def origin(self):
        return next((value.decode() for name, value in self.headers if name == "origin"), None)


def read_topic(servers, topic):
    """All records in the topic now, except aborted ones; by partition, in order."""
    consumer = Consumer({"bootstrap.servers": servers.bootstrap, "group.id": "who-looks", "log_level": 0,
                         "isolation.level": "read_committed", "enable.auto.commit": False,
                         "enable.partition.eof": True, "auto.offset.reset": "earliest"})
    partitions = range(len(servers.partitions(topic)))
    consumer.assign([TopicPartition(topic, number, 0) for number in partitions])
    seen, at_end = [], set()
    while len(at_end) < len(partitions):
        message = consumer.poll(DEADLINE)
        assert message is not None, "the topic returns no record"
        if message.error():
            at_end.add(message.partition())  # the only error while all brokers run
            continue
        seen.append(Seen(message.partition(), message.offset(), message.key(), message.value(),
                         message.headers() or [], message.timestamp()))
    consumer.close()
    return sorted(seen, key=lambda one: (one.partition, one.offset))


def read_decided(place):
    """The same records with their saved codes."""
    seen = read_topic(place.servers, place.name)
    rows = place.sql("SELECT partition, first_offset, encode(codes, 'hex') FROM firstcome.journal_batch").split()
    codes = {}
    for partition, first, text in (row.split("|") for row in rows):
        codes |= {(int(partition), int(first) + i): code for i, code in enumerate(bytes.fromhex(text))}
    for one in seen:
        one.code = codes[one.partition, one.offset]
    return seen
