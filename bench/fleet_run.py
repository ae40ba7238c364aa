"""A running fleet: edges, issuers, a broker and a database; what a load costs each of them."""

import json
import os
import pathlib
import subprocess
import sys
import time

import usage
from distributed import drain, fill, node, psql, run
from machine import Program

PORT = 19200
SOLD_OUT, HELD = 1_000_001, 1_000_002  # policies; `firstcome bench` numbers its own from the highest on
HOLDERS = 1_000
WITHIN = 60


class Fleet:
    """`place`: topic and database. `answering`: how many of the edges get requests. `flags`: more of `firstcome serve`."""

    def __init__(self, settings, servers, place, stack, edges, issuers, answering=None, flags=()):
        self.settings, self.servers, self.place, self.stack, self.flags = settings, servers, place, stack, flags
        self.issuers = [self.start("issuer", edges + number) for number in range(issuers)]
        self.edges = [self.start("edge", number) for number in range(edges)]
        self.answering = self.edges[:answering]
        self.next_user = 500_000_000

    def start(self, role, number):
        return self.stack.enter_context(node(self.settings, self.place, PORT + 4 * number, role, *self.flags))

    def prepare(self):
        """A policy without coupons, and one whose owners ask again."""
        self.edges[0].create_policy(SOLD_OUT, 1)
        self.edges[0].create_policy(HELD, HOLDERS * 2)
        self.load("--policy", SOLD_OUT, "--requests", 1, "--connections", len(self.answering))
        self.load("--policy", HELD, "--requests", HOLDERS, "--users", HOLDERS, "--rate", HOLDERS)
        self.rest()

    def command(self, *flags):
        return [str(word) for word in (
            self.settings.binary, "bench", "--server", ",".join(edge.users for edge in self.answering), "--admin",
            self.answering[0].admin, "--ask-again", 0, "--json", *flags)]

    def load(self, *flags):
        return finish(begin(self.command(*flags)))

    def users(self, count):
        self.next_user += int(count)
        return self.next_user - int(count)

    def generators(self, load, policies, seconds, connections):
        """Commands of an open loop of each kind of request, with the result that every answer must have."""
        def command(rate, *flags):
            return self.command("--rate", max(1, round(rate)), "--duration", f"{seconds}s", "--connections", connections, *flags)

        if load.winners:
            yield "SUCCESS", command(load.winners, "--policies", policies, "--max-count", 10**8, "--first-user",
                                     self.users(load.winners * seconds + 1_000))
        if load.losers:
            yield "SOLD_OUT", command(load.losers, "--policy", SOLD_OUT, "--first-user", self.users(load.losers * seconds + 1_000))
        if load.repeats:
            yield "ALREADY_ISSUED", command(load.repeats, "--policy", HELD, "--users", HOLDERS)

    def rest(self, within=WITHIN):
        """Returns when everything is saved and, unless `--events none` is one of the flags, published."""
        until = time.monotonic() + within
        quiet = 0
        while quiet < 2:
            if time.monotonic() > until:
                sys.exit("the fleet does not come to rest")
            time.sleep(0.2)
            seen = [usage.metrics(one) for one in (*self.edges, *self.issuers)]
            waiting = sum(one["firstcome_save_lag_records"] + one["firstcome_replica_lag_records"] for one in seen)
            if "none" not in self.flags:
                waiting += sum(one["firstcome_events_unpublished"] for one in seen)
            quiet = 0 if waiting else quiet + 1

    def counts(self):
        """What everything has done so far. Reading it costs the nodes a little, so it is read outside of what is measured."""
        edges, issuers = ([usage.metrics(one) for one in some] for some in (self.edges, self.issuers))
        return {
            "records": edges[0]["firstcome_decided_records_total"],
            "batches": sum(one["firstcome_journal_commit_records_count"] for one in edges),
            "saves": sum(one['firstcome_saves_total{outcome="saved"}'] for one in issuers),
            "topic": self.topic_bytes(), "store": store_bytes(self.place)}

    def uses(self):
        """What everything has used so far."""
        facts = self.servers.facts
        to_broker = [usage.traffic(address.rsplit(":", 1)[1]) for address in self.servers.bootstrap.split(",")]
        to_database = usage.traffic(facts["postgres"]["address"].rsplit(":", 1)[1])

        def kafka(servers):
            return sum(one[server.child.pid].requests for one in to_broker for server in servers)

        return {
            "at": time.monotonic(),
            "edges": [usage.cpu_seconds(edge.child.pid) for edge in self.edges],
            "issuers": sum(usage.cpu_seconds(one.child.pid) for one in self.issuers),
            "brokers": sum(usage.cpu_seconds(broker["pid"]) for broker in facts["brokers"]),
            "database": usage.cpu_seconds(facts["postgres"]["pid"]),
            "requests": kafka([*self.edges, *self.issuers]),
            "requests of the last edge": kafka(self.edges[-1:]),
            "database bytes": sum(to_database[one.child.pid].sent + to_database[one.child.pid].received for one in self.issuers),
            "wire": usage.loopback_bytes()}

    def measure(self, work, settle=0.5):
        """What is used while work() runs and for the time after it that saving and publishing need; and what work() returns."""
        self.rest()
        counts, uses = self.counts(), self.uses()
        result = work()
        time.sleep(settle)
        used = difference(uses, self.uses())
        self.rest()
        return used | difference(counts, self.counts()), result

    def topic_bytes(self):
        """Of the topic's records on all brokers."""
        topic = self.place[1].rsplit("/", 1)[1]
        folders = [pathlib.Path(broker["log"]).parent / "data" for broker in self.servers.facts["brokers"]]
        return sum(file.stat().st_size for folder in folders for file in folder.glob(f"{topic}-[0-9]*/*.log"))

    def idle(self, seconds):
        return self.measure(lambda: time.sleep(seconds))[0]

    def under(self, load, policies, seconds, connections=64):
        """Offers the load; returns what was used for it, and the reports of the generators by result."""
        def offer():
            running = [(result, begin(command)) for result, command in self.generators(load, policies, seconds, connections)]
            return {result: finish(child) for result, child in running}

        used, reports = self.measure(offer)
        for result, report in reports.items():
            if set(report["outcomes"]) != {result}:
                sys.exit(f"every answer should have been {result}: {report['outcomes']}")
            used[result] = report["outcomes"][result]["count"]
        return used | {"policies": policies if load.winners else 0}, reports

    def backlog(self, coupons):
        """A producer appends as many requests for policy 1 as fast as it can; returns what was used until all is saved and published.
        `producer`: the processor time of the producer."""
        def append():
            child = subprocess.Popen([str(self.settings.build / "bench/backlog"), "fill", self.place[1], str(coupons)])
            _, status, spent = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode != 0:
                sys.exit("the backlog was not appended")
            self.rest()
            return spent.ru_utime + spent.ru_stime

        self.edges[0].create_policy(1, coupons)
        used, producer = self.measure(append, settle=0)
        return used | {"producer": producer, "policies": 0}

    def verify(self, coupons):
        """Every node has that many coupons, the store has them, too, and an audit finds no difference."""
        for edge in self.edges:
            issued = usage.metrics(edge)["firstcome_policy_coupons_issued"]
            if issued != coupons:
                sys.exit(f"{edge.users} has {issued:.0f} coupons, not {coupons}")
        saved = int(psql(self.place[3], "SELECT count(*) FROM firstcome.coupon"))
        if saved != coupons:
            sys.exit(f"the store has {saved} coupons, not {coupons}")
        run(self.settings.binary, "audit", *self.place)


def store_bytes(place):
    """Of the tables that only grow, with their indexes. The others reuse the space of replaced rows."""
    return sum(int(psql(place[3], f"SELECT pg_total_relation_size('firstcome.{table}')")) for table in ("coupon", "journal_batch"))


def begin(command):
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(child):
    """The report of a generator that has found no broken promise."""
    out, err = child.communicate()
    if child.returncode != 0:
        sys.exit(f"{' '.join(child.args)}: exit {child.returncode}\n{out}{err}")
    return json.loads(out)


def difference(before, after):
    found = {name: [b - a for a, b in zip(value, after[name])] if isinstance(value, list) else after[name] - value
             for name, value in before.items()}
    if "at" in found:
        found["seconds"] = found.pop("at")
    return found


def start_of_an_edge(settings, place, partitions):
    """(seconds until an edge on this place can answer for every partition, its memory in MiB). /readyz waits for up to a second
    longer, so that a node does not become ready and unready in turn."""
    users, admin = (f"127.0.0.1:{PORT + 100 + number}" for number in (0, 1))
    began = time.monotonic()
    edge = Program([settings.binary, "serve", "--role", "edge", *place, "--listen", users, "--admin-listen", admin, "--log-level", "error"])
    edge.admin = f"http://{admin}"
    try:
        while time.monotonic() < began + WITHIN:
            try:
                if usage.metrics(edge)["firstcome_partition_answered"] == partitions:
                    return time.monotonic() - began, edge.resident_mib()
            except OSError:
                pass
            time.sleep(0.005)
        sys.exit("an edge does not start")
    finally:
        edge.stop()


def place_with(settings, servers, coupons):
    """A place where that many coupons of policy 1 are saved."""
    place = fill(settings, servers, "fill", 1, coupons)
    drain(settings, place, coupons)
    return place
