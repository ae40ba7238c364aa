"""The distributed form on one machine: a broker, PostgreSQL, the server and the generator share its cores. Compares the issue
call's paths with the edge's fixed answer, admission by the database with admission by memory, three copies with one, and an
issuer with a backlog with a bare loop of COPY.
"""

import contextlib
import json
import re
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

from figures import Figure
from http_rates import ALWAYS, FIRST, SOLD_OUT, STOCK, WINNERS, Baseline, coupons, sell_out, wrk
from machine import ROOT, Server

PORT = 19090
FIXED = "/bench/fixed/1/coupons"
BACKLOG = 1_000_000


class Servers:
    """The bench's own brokers and database, tuned for throughput and not for a quick start. `flags`: more of
    scripts/cluster/run."""

    def __init__(self, brokers, *flags):
        command = [ROOT / "scripts/cluster/run", "--brokers", str(brokers), "--postgres", "--steady", *flags]
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self.child.stdout.readline()
        if not line:
            sys.exit("the servers did not start; see above why")
        self.facts = json.loads(line)
        self.bootstrap, self.store = self.facts["bootstrap"], self.facts["store"]
        self.copies = brokers
        self.used = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait(60)

    def database(self):
        """The address of a new, empty database."""
        self.used += 1
        psql(self.store, f"CREATE DATABASE bench_{self.used}")
        return self.store.rsplit("/", 1)[0] + f"/bench_{self.used}"

    def topic(self, binary, partitions=3):
        """The address of a new topic."""
        self.used += 1
        journal = f"kafka://{self.bootstrap}/bench-{self.used}"
        run(binary, "topic", "create", "--journal", journal, "--events", events_topic(journal), "--replication", self.copies,
            "--partitions", partitions)
        return journal

    def place(self, binary, partitions=3):
        """A new topic and a new database, as flags. The topic first: its partitions get their leaders meanwhile."""
        journal, store = self.topic(binary, partitions), self.database()
        run(binary, "store", "migrate", "--store", store)
        return ["--journal", journal, "--store", store]


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def psql(store, sql):
    return run("psql", "-qAt", store, "-c", sql)


def events_topic(journal):
    """Installations do not share a topic of events."""
    return journal.rsplit("/", 1)[1] + "-issued"


@contextlib.contextmanager
def node(settings, place, port, role, *flags):
    if role != "edge" and "--events" not in flags:
        flags += ("--events", events_topic(place[1]))
    server = Server(settings.binary, port, "--role", role, *flags, place=place)
    try:
        yield server
    finally:
        server.stop()


def one_run(server, path, first, count, seconds, all_refused):
    """(answers per second, µs of processor time of the server per request)"""
    server.settle()
    before = server.cpu_seconds()
    requests, rate, refused = wrk(server.users, path, first, count, seconds)
    if refused != requests * all_refused:
        sys.exit(f"{path}: {refused} of {requests} answers were no 2xx")
    return rate, (server.cpu_seconds() - before) / requests * 1e6


def measure(settings, server, rounds):
    with Baseline(settings) as baseline:
        cases = {"epoll": (baseline, FIXED, 0), "fixed": (server, FIXED, 0), "success": (server, coupons(ALWAYS), 0),
                 "losers": (server, coupons(SOLD_OUT), 1)}
        return measure_cases(settings, cases, rounds)


def measure_cases(settings, cases, rounds):
    rates, costs = ({name: [] for name in cases} for _ in range(2))
    for number in range(rounds):
        for name, (program, path, all_refused) in cases.items():
            first = FIRST + 20_000_000 + (1_000_000 * number * settings.seconds if name == "success" else 0)
            rate, cost = one_run(program, path, first, 0, settings.seconds, all_refused)
            rates[name].append(rate)
            costs[name].append(cost)
        print(f"round {number + 1} of {rounds}: " + ", ".join(f"{name} {values[-1]:,.0f}/s" for name, values in rates.items()),
              file=sys.stderr)
    return rates, costs


def warm(settings, servers):
    """Warms up new brokers: for some forty seconds of load, their JIT compiler uses much of a core."""
    with node(settings, servers.place(settings.binary), PORT, "all") as server:
        server.create_policy(ALWAYS, STOCK)
        wrk(server.users, coupons(ALWAYS), FIRST, 0, 25 * settings.seconds)


def whole(settings, servers, rounds):
    """One node with --role all."""
    with node(settings, servers.place(settings.binary), PORT, "all") as server:
        server.create_policy(ALWAYS, STOCK)
        sell_out(server)
        return measure(settings, server, rounds)


def edge_alone(settings, servers, rounds):
    """An edge with its issuer in another process: measures edge and replica."""
    place = servers.place(settings.binary)
    with node(settings, place, PORT + 4, "issuer"), node(settings, place, PORT, "edge") as server:
        server.create_policy(ALWAYS, STOCK)
        sell_out(server)
        return measure(settings, server, rounds)[1]


def validations(edge):
    """Outcome → validation requests to the database so far."""
    with urllib.request.urlopen(f"{edge.admin}/metrics", timeout=10) as page:
        found = re.findall(r'firstcome_validations_total{outcome="(\w+)"} (\S+)', page.read().decode())
    return {outcome: float(count) for outcome, count in found}


def admissions(settings, servers, rounds):
    """Two edges of one installation, one with --admission database, measured in turn: rates by admission and path, and the
    share of requests that the database refused or passed."""
    place = servers.place(settings.binary)
    with node(settings, place, PORT + 4, "issuer"), node(settings, place, PORT, "edge") as memory, \
            node(settings, place, PORT + 2, "edge", "--admission", "database") as database:
        memory.create_policy(ALWAYS, STOCK)
        sell_out(memory)
        with Session(place[3]) as store:
            wait_until(lambda: store.number(SAVED) >= WINNERS)
        rates = {name: {"success": [], "losers": []} for name in ("memory", "database")}
        shares = {"success": [], "losers": []}
        for number in range(rounds):
            for path, policy in (("success", ALWAYS), ("losers", SOLD_OUT)):
                for place_in_round, (name, edge) in enumerate((("memory", memory), ("database", database))):
                    first = FIRST + 20_000_000 + 1_000_000 * settings.seconds * (2 * number + place_in_round)
                    before = validations(edge)
                    rates[name][path].append(one_run(edge, coupons(policy), first, 0, settings.seconds, path == "losers")[0])
                counts = {outcome: count - before[outcome] for outcome, count in validations(database).items()}
                shares[path].append((counts["refused"] + counts["passed"]) / sum(counts.values()))
        return rates, shares


def wait_until(holds):
    until = time.monotonic() + 60
    while not holds():
        if time.monotonic() > until:
            sys.exit("the issuer does not save")
        time.sleep(0.05)


SAVED = "SELECT coalesce(sum(next_offset), 0) FROM firstcome.journal_position"
ISSUED = "SELECT coalesce(sum(issued_count), 0) FROM firstcome.coupon_policy"


class Session:
    """A psql that stays: to start one takes the processor time of some thousand saved coupons."""

    def __init__(self, store):
        self.child = subprocess.Popen(["psql", "-qAtX", store], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def number(self, sql):
        self.child.stdin.write(sql + ";\n")
        self.child.stdin.flush()
        return int(self.child.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait()


def fill(settings, servers, what, policies, rows):
    """A new place with policies from 1 on, and in its topic as many requests that no node has seen yet."""
    place = servers.place(settings.binary)
    with node(settings, place, PORT + 4, "issuer", "--events", "none") as issuer:
        for number in range(policies):
            issuer.create_policy(number + 1, rows)
    run(settings.build / "bench/backlog", what, place[1], rows)
    return place


def drain(settings, place, goal):
    """Runs an issuer until `goal` coupons are saved: [(time, saved coupons)], from the first batch on, while replaying
    continues. It publishes no events, because only saving counts. A small backlog can be saved between two looks: then the first
    entry is the last look that found nothing saved."""
    seen = []
    nothing_saved = [(time.monotonic(), 0)]

    def watch():
        with Session(place[3]) as store:
            before = store.number(SAVED)
            looking.set()
            while not seen or seen[-1][1] < goal:
                now = time.monotonic()
                if store.number(SAVED) > before:
                    seen.append((time.monotonic(), store.number(ISSUED)))
                else:
                    nothing_saved[0] = (now, 0)
                time.sleep(0.01)

    looking = threading.Event()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    looking.wait()
    with node(settings, place, PORT + 4, "issuer", "--events", "none"):
        watcher.join(120)
    if not seen or seen[-1][1] < goal:
        sys.exit(f"the issuer saved {seen[-1][1] if seen else 0} of {goal} in two minutes")
    return seen if len(seen) > 1 else nothing_saved + seen


def backlog(settings, servers):
    """(rows per second of an issuer with a backlog, of a bare loop)"""
    rows = min(BACKLOG, settings.users)
    place = fill(settings, servers, "fill", 1, rows)
    seen = drain(settings, place, rows)
    bare = json.loads(run(settings.build / "bench/backlog", "copy", servers.place(settings.binary)[3], rows))
    (began, first), (ended, last) = seen[0], seen[-1]
    return (last - first) / (ended - began), rows / bare["seconds"]


def run_scenario(settings):
    with Servers(1) as servers:
        warm(settings, servers)
        rates, costs = whole(settings, servers, settings.rounds)
        apart = edge_alone(settings, servers, settings.rounds)
        by, shares = admissions(settings, servers, settings.rounds)
        issuers = [backlog(settings, servers) for _ in range(settings.rounds)]
    with Servers(3) as servers:
        warm(settings, servers)
        three, _ = whole(settings, servers, settings.rounds)

    def ratio(name, rates, words, target=None, peer="fixed"):
        return Figure(words, [a / b for a, b in zip(rates[name], rates[peer])], target,
                      rates={f"{one}, answers/s": statistics.median(rates[one]) for one in (name, peer)})

    figures = [
        ratio("success", rates, "one broker: success / epoll", 0.5, "epoll"),
        ratio("success", rates, "one broker: success / fixed", 0.38),
        ratio("losers", rates, "one broker: losers / fixed", 0.97),
        Figure("edge and replica: processor time of success / fixed", [a / b for a, b in zip(apart["success"], apart["fixed"])],
               1.7, at_least=False, rates={f"{one}, µs": statistics.median(apart[one]) for one in ("success", "fixed")}),
        *(Figure(f"edge, one broker: {path} by --admission database / memory",
                 [a / b for a, b in zip(by["database"][path], by["memory"][path])],
                 rates={f"database, {path}/s": statistics.median(by["database"][path]),
                        f"memory, {path}/s": statistics.median(by["memory"][path]),
                        "share that the database answered": statistics.median(shares[path])})
          for path in ("success", "losers")),
        Figure("an issuer with a backlog / a bare loop of COPY", [a / b for a, b in issuers], 0.9,
               rates={"issuer, coupons/s": statistics.median(a for a, _ in issuers),
                      "bare loop, coupons/s": statistics.median(b for _, b in issuers)}),
        ratio("success", three, "three brokers, three copies: success / fixed"),
        ratio("losers", three, "three brokers, three copies: losers / fixed"),
    ]
    return figures, {"rates": rates, "cpuMicroseconds": costs, "apart": apart, "admission": by, "answeredShares": shares, "threeCopies": three, "backlog": issuers}
