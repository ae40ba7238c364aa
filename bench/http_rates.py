"""HTTP rates, each against its peer: the edge's fixed answer against a bare epoll loop, and the issue call's three
paths against the fixed answer. One generator (wrk with issue.lua), same method, same bytes.

Peers run interleaved, round after round; a ratio is computed within its round. Everything is checked: a wrong answer stops
the bench.
"""

import os
import pathlib
import re
import statistics
import subprocess
import sys

from figures import Figure
from machine import ROOT, Program, Server

LUA = ROOT / "bench" / "issue.lua"
STOCK = 1_000_000_000
WINNERS = 100_000
FIRST = 100_000_000  # users have nine digits
HOLDERS = 1_000
ALWAYS, SOLD_OUT, REPEATED = 1, 2, 3  # policies
PORT, BARE_PORT = 19080, 19082
CONNECTIONS = 256


class Baseline(Program):
    """A running bench/epoll_baseline, with as many threads as the server."""

    def __init__(self, settings):
        self.users = f"http://127.0.0.1:{BARE_PORT}"
        super().__init__([settings.build / "bench/epoll_baseline", BARE_PORT, os.cpu_count()])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def wrk(url, path, first, count, seconds, connections=CONNECTIONS):
    """(requests, requests per second, answers that were not 2xx)"""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s", "-s", str(LUA), url, "--", path, str(first), str(count)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    requests = int(re.search(r"(\d+) requests in", output)[1])
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    if "Socket errors" in output:
        sys.exit(f"{path}: {output}")
    return requests, float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]), int(refused[1]) if refused else 0


def coupons(policy):
    return f"/v1/policies/{policy}/coupons"


def sell_out(server):
    """A policy whose coupons belong to users FIRST, FIRST+1, …; each run begins with the first of them again."""
    server.create_policy(SOLD_OUT, WINNERS)
    for seconds in (4, 8, 16, 32):
        wrk(server.users, coupons(SOLD_OUT), FIRST, WINNERS, seconds)
        if server.policy(SOLD_OUT)["remaining"] == 0:
            return
    sys.exit("the policy does not sell out")


def journal_bytes(server):
    """Of all files of the journal."""
    return sum(file.stat().st_size for file in pathlib.Path(server.data.name).glob("journal.sqlite*"))


def repeats_cost(server, rounds, seconds):
    """Bytes of the journal for each repeat of a coupon owner while the policy still issues, one for each round."""
    server.create_policy(REPEATED, STOCK)
    wrk(server.users, coupons(REPEATED), FIRST, HOLDERS, 2)  # each holder at least once
    costs = []
    for _ in range(rounds):
        server.settle()
        before = journal_bytes(server)
        requests, _, refused = wrk(server.users, coupons(REPEATED), FIRST, HOLDERS, seconds)
        if refused or server.policy(REPEATED)["issuedCount"] != HOLDERS:
            sys.exit(f"repeats: {refused} answers were no 2xx; {server.policy(REPEATED)['issuedCount']} coupons")
        server.settle()
        costs.append((journal_bytes(server) - before) / requests)
    return costs


def measure(server, cases, rounds, seconds):
    rates = {name: [] for name in cases}
    costs = {name: {} for name in cases}  # thread → µs per request, one for each round
    for number in range(rounds):
        for name, (program, url, path, first, count, all_refused) in cases.items():
            if name == "success":  # users without an earlier request
                first += 1_000_000 * number * seconds % 40_000_000
            server.settle()
            before = program.cpu_seconds_by_thread()
            requests, rate, refused = wrk(url, path, first, count, seconds)
            if refused != requests * all_refused:
                sys.exit(f"{name}: {refused} of {requests} answers were no 2xx")
            program.settle()
            rates[name].append(rate)
            for thread, spent in program.cpu_seconds_by_thread().items():
                costs[name].setdefault(thread, []).append((spent - before[thread]) / requests * 1e6)
        print(f"round {number + 1} of {rounds}: " +
              ", ".join(f"{name} {values[-1]:,.0f}/s" for name, values in rates.items()), file=sys.stderr)
    return rates, costs


def run(settings):
    fixed = "/bench/fixed/1/coupons"
    with Server(settings.binary, PORT) as server:
        server.create_policy(ALWAYS, STOCK)
        sell_out(server)
        bytes_each = repeats_cost(server, settings.rounds, settings.seconds)
        with Baseline(settings) as baseline:
            rates, costs = measure(server, {
                "epoll": (baseline, baseline.users, fixed, FIRST, 0, 0),
                "fixed": (server, server.users, fixed, FIRST, 0, 0),
                "success": (server, server.users, coupons(ALWAYS), FIRST, 0, 0),
                "losers": (server, server.users, coupons(SOLD_OUT), FIRST + 10_000_000, 0, 1),
                "winners again": (server, server.users, coupons(SOLD_OUT), FIRST, WINNERS, 0),
                "repeats": (server, server.users, coupons(REPEATED), FIRST, HOLDERS, 0),
            }, settings.rounds, settings.seconds)

    def ratio(name, peer, target):
        return Figure(f"{name} / {peer}", [a / b for a, b in zip(rates[name], rates[peer])], target,
                      rates={f"{one}, answers/s": statistics.median(rates[one]) for one in (name, peer)})

    figures = [ratio("success", "epoll", 0.7), ratio("success", "fixed", 0.6), ratio("losers", "fixed", 0.97), ratio("winners again", "fixed", 0.97),
               ratio("repeats", "fixed", None),
               Figure("journal bytes of a repeat while the policy issues", bytes_each, 0, at_least=False, unit=" bytes"),
               ratio("fixed", "epoll", 0.85)]
    cpu = {name: {thread: statistics.median(values) for thread, values in threads.items()
                  if statistics.median(values) >= 0.05} for name, threads in costs.items()}
    return figures, {"rates": rates, "cpuMicrosecondsByThread": cpu}
