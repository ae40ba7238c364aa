"""What a fleet of nodes uses, predicted from unit costs.

The law, with all rates a second:

  records      winners + late losers. Repeats, and losers that an edge refuses at once, make no record.
  batches      of one edge for one partition: one batch is in flight, so records collect until the brokers have acknowledged it:
               gathered(records of this edge for this partition, acknowledgement)
  fetches      every node follows every partition, and asks a broker again when it has its answer:
               gathered(batches of all edges to this broker, fetch_turn), for each node and broker
  saves        of one partition: gathered(records of the partition, save_wait)
  an edge      at rest + its own answers + its own batches + all records + its fetches
  issuers      at rest + for each of them all records and fetches + coupons + saves
  brokers      at rest + requests (a batch is one, a fetch is one; copies are fetched, too) + records
  database     at rest + coupons + saves + rows of the policies in a save

So answers are divided by the number of edges, and following is multiplied by the number of nodes.
"""

import dataclasses
import math


# A predicted quantity → its words, its unit, and how many of predict()'s units that is.
ROWS = {"edge": ("an edge", "cores", 1), "issuers": ("the issuers", "cores", 1), "brokers": ("the broker", "cores", 1),
        "database": ("the database", "cores", 1), "batches": ("batches of records", "/s", 1),
        "requests to brokers": ("requests to the broker", "/s", 1), "saves": ("saves", "/s", 1),
        "topic": ("the topic grows", "KB/s", 1e3), "store": ("the tables grow", "KB/s", 1e3),
        "wire": ("over the network", "KB/s", 1e3), "memory": ("memory of an edge", "MiB", 1),
        "start": ("an edge is ready again after", "s", 1)}


def gathered(rate, wait):
    """Groups a second, if a group begins with the first arrival and the next one no sooner than `wait` seconds later, with
    everything that has arrived meanwhile. Arrivals are independent. With few arrivals each is a group of its own, with many there
    are 1 / wait groups."""
    return 0.0 if rate <= 0 else 1 / (wait + math.exp(-rate * wait) / rate)


def distinct(draws, kinds):
    """How many of `kinds` policies the records of a save concern."""
    return kinds * (1 - (1 - 1 / kinds) ** draws) if kinds > 1 else 1.0


@dataclasses.dataclass(frozen=True)
class Event:
    """µs of something that wakes a process up. It costs less when the next one follows soon, because a process that sleeps for
    longer finds its memory out of the caches and its core at rest. Measured at two rates, interpolated between them."""

    seldom: float
    seldom_rate: float
    often: float
    often_rate: float

    def at(self, rate):
        if self.often_rate <= self.seldom_rate or rate >= self.often_rate:
            return self.often
        if rate <= self.seldom_rate:
            return self.seldom
        share = math.log(rate / self.seldom_rate) / math.log(self.often_rate / self.seldom_rate)
        return self.seldom + share * (self.often - self.seldom)


@dataclasses.dataclass(frozen=True)
class Costs:
    """Measured by `bench/fleet`, on one machine. Costs of a record are those of a backlog, where batches are large; an Event is what
    a batch, fetch or request costs more than its records."""

    idle_edge: float  # cores, at rest
    idle_issuers: float  # cores of all issuers
    idle_broker: float  # cores
    idle_database: float  # cores
    loser: float  # µs of the edge: an early refusal
    repeat: float  # µs of the edge: a coupon from its cache
    winner: float  # µs of the edge that answers: as a refusal, and a record
    batch: Event  # of the edge that sends it
    followed_record: float  # µs of every node: read and decided
    fetch: Event  # of every node
    saved_coupon: float  # µs of the issuer, its event included
    save: float  # µs of the issuer
    broker_record: float  # µs, with its event
    broker_request: Event
    database_coupon: float  # µs
    database_save: float  # µs
    database_policy: float  # µs of the row of a policy that a save changes
    topic_record: float  # bytes on a broker's disk
    topic_batch: float  # bytes on a broker's disk
    store_coupon: float  # bytes of tables and indexes
    store_save: float  # bytes of tables and indexes
    wire_answer: float  # bytes between caller and edge, both directions
    wire_record: float  # bytes of a record on its way to the broker, or from it
    wire_request: float  # bytes of a request to the broker and of its answer, without records
    wire_coupon: float  # bytes between issuer and database
    wire_save: float  # bytes between issuer and database
    acknowledgement: float  # seconds from a batch to its acknowledgement
    fetch_turn: float  # seconds from a fetch to the next one
    save_wait: float  # seconds from a save to the next one
    node_memory: float  # MiB of a node without coupons
    coupon_memory: float  # bytes
    node_start: float  # seconds until a node without coupons is ready
    coupon_start: float  # µs more for each coupon

    @classmethod
    def of(cls, json):
        return cls(**{name: Event(**value) if isinstance(value, dict) else value for name, value in json.items()})


@dataclasses.dataclass(frozen=True)
class Load:
    """Requests a second by what becomes of them."""

    winners: float
    losers: float  # refused at once
    repeats: float = 0.0  # of owners of a coupon
    late_losers: float = 0.0  # appended before the edge knew that nothing is left
    coupons: float = 0.0  # live ones, on every node

    @property
    def requests(self):
        return self.winners + self.losers + self.repeats + self.late_losers

    @property
    def records(self):
        return self.winners + self.late_losers


@dataclasses.dataclass(frozen=True)
class Shape:
    edges: int
    issuers: int
    brokers: int
    partitions: int  # with policies that issue
    copies: int = 1
    policies: int = 100  # that issue at the same time


def predict(costs, shape, load):
    """Name → cores, groups a second, bytes a second, MiB, seconds."""
    nodes = shape.edges + shape.issuers
    records = load.records
    batches = shape.edges * shape.partitions * gathered(records / (shape.edges * shape.partitions), costs.acknowledgement)
    fetches = shape.brokers * gathered(batches / shape.brokers, costs.fetch_turn)  # of one node
    copying = (shape.copies - 1) * fetches  # asked for by a broker, answered by another one
    saves = shape.partitions * gathered(records / shape.partitions, costs.save_wait)
    changed = saves * distinct(records / saves if saves else 0, shape.policies / shape.partitions)  # rows of policies
    requests = batches + nodes * fetches + copying
    following = (records * costs.followed_record + fetches * costs.fetch.at(fetches)) / 1e6
    answering = (records * costs.winner + load.losers * costs.loser + load.repeats * costs.repeat
                 + batches * costs.batch.at(batches / shape.edges)) / shape.edges / 1e6
    return {
        "batches": batches,
        "requests to brokers": requests,
        "saves": saves,
        "edge": costs.idle_edge + answering + following,
        "following": following,
        "issuers": costs.idle_issuers + shape.issuers * following + (load.winners * costs.saved_coupon + saves * costs.save) / 1e6,
        "brokers": shape.brokers * costs.idle_broker + (
            (requests + copying) * costs.broker_request.at(requests / shape.brokers)
            + records * shape.copies * costs.broker_record) / 1e6,
        "database": costs.idle_database + (load.winners * costs.database_coupon + saves * costs.database_save
                                              + changed * costs.database_policy) / 1e6,
        "topic": (records * costs.topic_record + batches * costs.topic_batch) * shape.copies,
        "store": load.winners * costs.store_coupon + load.late_losers + saves * costs.store_save,
        "wire": load.requests * costs.wire_answer + records * costs.wire_record * (nodes + shape.copies)
                + requests * costs.wire_request + load.winners * costs.wire_coupon + saves * costs.wire_save,
        "memory": costs.node_memory + load.coupons * costs.coupon_memory / 2**20,
        "start": costs.node_start + load.coupons * costs.coupon_start / 1e6,
    }
