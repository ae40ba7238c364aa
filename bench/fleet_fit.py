"""The unit costs of bench/fleet_model.py from measurements of one answering edge and one that only follows."""

from fleet_model import Costs, Event, distinct, gathered

MICRO = 1e6


def solve(rows):
    """The two unit costs, none below zero, of two rows (how many of the first, how many of the second, cost of both)."""
    (a, b, p), (c, d, q) = rows
    determinant = a * d - b * c
    first, second = (p * d - b * q, a * q - p * c) if determinant > 0 else (b * q - p * d, p * c - a * q)
    if min(first, second) >= 0 and determinant:
        return first / abs(determinant), second / abs(determinant)
    return (max(0.0, p + q) / (a + c), 0.0) if first > second else (0.0, max(0.0, p + q) / (b + d))


def wait_of(rate, groups):
    """The wait for which gathered(rate, wait) is `groups`."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if gathered(rate, middle) > groups else (low, middle)
    return low


def beyond(window, idle, name):
    """What the window used of it beyond what the fleet uses at rest."""
    return window[name] - idle[name] / idle["seconds"] * window["seconds"]


def edge(window, idle, number):
    return window["edges"][number] - idle["edges"][number] / idle["seconds"] * window["seconds"]


def records(window):
    return window["records"] - window["policies"]


def batches(window):
    """Each policy was created by a batch of its own."""
    return window["batches"] - window["policies"]


def winners(window):
    return window["SUCCESS"]


def saves(window):
    return window["saves"]


class Windows:
    """Loads on one fleet, beyond what it uses at rest. `seldom` and `often`: winners at two rates."""

    def __init__(self, measured):
        self.idle, self.seconds, self.issuers = measured["idle"], measured["duration"], measured["issuers"]
        self.seldom, self.often = measured["seldom"], measured["often"]

    def event(self, count, cost, record_cost):
        """What each costs beyond its records. `count`, `cost`: of a window; `record_cost`: seconds."""
        def each(window):
            return max(0.0, cost(window) - records(window) * record_cost) / count(window) * MICRO, count(window) / self.seconds

        (seldom, seldom_rate), (often, often_rate) = each(self.seldom), each(self.often)
        return Event(seldom, seldom_rate, often, often_rate)

    def beyond(self, name):
        return lambda window: beyond(window, self.idle, name)

    def follow(self, window):
        return edge(window, self.idle, 1)

    def answer(self, window):
        return edge(window, self.idle, 0) - self.follow(window)

    def both(self, first, second, cost):
        """Unit costs of both loads together."""
        return solve([(first(one), second(one), cost(one)) for one in (self.seldom, self.often)])

    def of_saves(self, cost):
        """What a save costs beyond its coupons, both loads together."""
        return max(0.0, sum(cost(one) for one in (self.seldom, self.often))) / sum(saves(one) for one in (self.seldom, self.often))


def fit(measured):
    """`measured`: what `calibrate` of bench/fleet returns."""
    windows, idle, bulk = Windows(measured), measured["idle"], measured["bulk"]
    often, seconds, partitions = measured["often"], measured["duration"], measured["partitions"]
    coupons, bulk_idle = measured["coupons"], measured["bulk idle"]
    nodes = len(idle["edges"]) + measured["issuers"]

    def of_bulk(name):
        return max(0.0, beyond(bulk, bulk_idle, name)) / coupons

    fetches, requests = windows.beyond("requests of the last edge"), windows.beyond("requests")
    loser = edge(measured["losers"], idle, 0) / measured["losers"]["SOLD_OUT"]
    winner = loser + bulk["producer"] / coupons
    followed = sum(edge(bulk, bulk_idle, n) for n in (0, 1)) / 2 / coupons
    saved = of_bulk("issuers") - measured["issuers"] * followed
    topic_record, topic_batch = windows.both(records, batches, lambda one: one["topic"])
    wire_answer = beyond(measured["losers"], idle, "wire") / measured["losers"]["SOLD_OUT"]
    wire_coupon, wire_save = windows.both(winners, saves, windows.beyond("database bytes"))
    store_coupon, store_save = windows.both(winners, saves, lambda one: one["store"])

    def wire_of_requests(one):
        return (beyond(one, idle, "wire") - winners(one) * (wire_answer + wire_coupon) - saves(one) * wire_save
                - records(one) * topic_record * (nodes + 1)) / requests(one)

    def changed(one):
        return saves(one) * distinct(winners(one) / saves(one), measured["policies"] / partitions)

    database_save, database_policy = windows.both(
        saves, changed, lambda one: beyond(one, idle, "database") - winners(one) * of_bulk("database"))
    (empty_start, empty_memory), (full_start, full_memory) = measured["empty"], measured["full"]
    return Costs(
        idle_edge=sum(idle["edges"]) / len(idle["edges"]) / idle["seconds"], idle_issuers=idle["issuers"] / idle["seconds"],
        idle_broker=idle["brokers"] / idle["seconds"], idle_database=idle["database"] / idle["seconds"],
        loser=loser * MICRO, winner=winner * MICRO,
        repeat=edge(measured["repeats"], idle, 0) / measured["repeats"]["ALREADY_ISSUED"] * MICRO,
        batch=windows.event(batches, windows.answer, winner),
        followed_record=followed * MICRO, fetch=windows.event(fetches, windows.follow, followed),
        saved_coupon=saved * MICRO,
        save=windows.of_saves(lambda one: beyond(one, idle, "issuers") - windows.issuers * windows.follow(one) - winners(one) * saved) * MICRO,
        broker_record=of_bulk("brokers") * MICRO,
        broker_request=windows.event(requests, windows.beyond("brokers"), of_bulk("brokers")),
        database_coupon=of_bulk("database") * MICRO, database_save=database_save * MICRO, database_policy=database_policy * MICRO,
        topic_record=topic_record, topic_batch=topic_batch, store_coupon=store_coupon, store_save=store_save,
        wire_answer=wire_answer, wire_coupon=wire_coupon, wire_save=wire_save, wire_record=topic_record,
        wire_request=max(0.0, sum(wire_of_requests(one) for one in (windows.seldom, windows.often)) / 2),
        acknowledgement=wait_of(records(often) / seconds / partitions, batches(often) / seconds / partitions),
        fetch_turn=wait_of(batches(often) / seconds, fetches(often) / seconds),
        save_wait=wait_of(records(often) / seconds / partitions, often["saves"] / seconds / partitions),
        node_memory=empty_memory, coupon_memory=max(0.0, full_memory - empty_memory) * 2**20 / coupons,
        node_start=empty_start, coupon_start=max(0.0, full_start - empty_start) / coupons * MICRO)


def rates(window, idle, duration, memory, start):
    """What a window used a second, by the names of fleet_model.predict()."""
    def cores(name):
        return beyond(window, idle, name) / duration + idle[name] / idle["seconds"]

    edges = range(len(window["edges"]))
    return {
        "batches": batches(window) / duration,
        "requests to brokers": beyond(window, idle, "requests") / duration,
        "saves": window["saves"] / duration,
        "edge": sum(edge(window, idle, n) / duration + idle["edges"][n] / idle["seconds"] for n in edges) / len(window["edges"]),
        "issuers": cores("issuers"), "brokers": cores("brokers"), "database": cores("database"),
        "topic": window["topic"] / duration, "store": window["store"] / duration, "wire": beyond(window, idle, "wire") / duration,
        "memory": memory, "start": start}
