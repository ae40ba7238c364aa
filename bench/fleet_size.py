"""How many machines a rate of requests needs, by bench/fleet_model.py."""

import dataclasses

from fleet_model import Load, Shape, predict

CORES, BUSY = 8, 0.5  # of a machine, and the share of it that may be busy
COPIES = 3
ACKNOWLEDGEMENT, FETCH_TURN = 0.004, 0.002  # seconds: three brokers with copies on other machines
PARTITION_BUSY = 0.5  # of the one core that a partition's thread has on each node, and of the one session that saves it
CONNECTIONS, CONNECTION_BYTES = 10_000, 10_000  # of an edge, as in docs/operations/topology.md
MOST_PARTITIONS = 120

SALE = "a sale: 10,000 coupons, 1,000,000 users"
ALL_WIN = "every request wins"


def loads(requests):
    """1 % win, 1 % ask again, half as many as win are appended too late; 1,000 such policies are open. Or all win."""
    return {SALE: Load(winners=0.01 * requests, losers=0.975 * requests, repeats=0.01 * requests, late_losers=0.005 * requests,
                       coupons=10_000_000),
            ALL_WIN: Load(winners=requests, losers=0, coupons=100_000_000)}


def apart(costs):
    """The unit costs, with brokers on machines of their own."""
    return dataclasses.replace(costs, acknowledgement=ACKNOWLEDGEMENT, fetch_turn=FETCH_TURN)


def enough(costs, load):
    """The smallest shape in which nothing is busier than BUSY, and its prediction. None: there is none."""
    shape = Shape(edges=2, issuers=2, brokers=3, partitions=3, copies=COPIES)
    for _ in range(10_000):
        found = predict(costs, shape, load)
        deciding = load.records * costs.followed_record / 1e6
        saving = load.winners * (costs.saved_coupon + costs.database_coupon) / 1e6
        more = {}
        if max(deciding, saving) / shape.partitions > PARTITION_BUSY and shape.partitions < MOST_PARTITIONS:
            more["partitions"] = shape.partitions + 3
        if found["edge"] > CORES * BUSY:
            more["edges"] = shape.edges + max(1, shape.edges // 20)
        if found["issuers"] / shape.issuers > CORES * BUSY:
            more["issuers"] = shape.issuers + 1
        if found["brokers"] / shape.brokers > CORES * BUSY:
            more["brokers"] = shape.brokers + 1
        if not more:
            return shape, found
        shape = dataclasses.replace(shape, **more)
        if max(shape.edges, shape.brokers, shape.issuers) > 10_000:
            return None
    return None


def column(costs, load):
    sized = enough(costs, load)
    if sized is None:
        return None
    shape, found = sized
    hour = 3600
    return {
        "edges": shape.edges,
        "partitions": shape.partitions,
        "brokers": shape.brokers,
        "issuers": shape.issuers,
        "cores busy: an edge": f"{found['edge']:.1f}",
        "  of them following": f"{found['following']:.1f}",
        "cores busy: a broker": f"{found['brokers'] / shape.brokers:.1f}",
        "cores busy: an issuer": f"{found['issuers'] / shape.issuers:.1f}",
        "cores busy: the database": f"{found['database']:.1f}",
        "records a second": f"{load.records:,.0f}",
        "records in a batch": f"{load.records / found['batches']:.1f}",
        "requests to a broker a second": f"{found['requests to brokers'] / shape.brokers:,.0f}",
        "live coupons": f"{load.coupons:,.0f}",
        "memory of an edge, GB": f"{(found['memory'] * 2**20 + CONNECTIONS * CONNECTION_BYTES) / 1e9:.1f}",
        "an edge is ready again after, s": f"{found['start']:.0f}",
        "the topic grows, GB an hour, all copies": f"{found['topic'] * hour / 1e9:,.0f}",
        "the tables grow, GB an hour": f"{found['store'] * hour / 1e9:,.0f}",
        "an edge's network, Gbit/s": f"{network(costs, shape, load) * 8 / 1e9:.2f}",
    }


def network(costs, shape, load):
    """Bytes a second of an edge: its callers, its own records, and everything that it follows."""
    return (load.requests * costs.wire_answer + load.records * costs.wire_record) / shape.edges + load.records * costs.wire_record


def print_size(costs, requests):
    columns = {name: column(apart(costs), load) for name, load in loads(requests).items()}
    print(f"| {requests:,} requests a second | " + " | ".join(columns) + " |")
    print("|---|" + "---|" * len(columns))
    for row in next(one for one in columns.values() if one):
        print(f"| {row.strip()} | " + " | ".join("not possible" if one is None else str(one[row]) for one in columns.values()) + " |")
