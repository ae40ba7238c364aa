"""Honest customers and an operator while one address attacks. The peer is the same load while the same attacker attacks
another server on this machine, so both share the processors with it alike. And the memory of connections.

Honest customers send at a fixed rate on connections that stay open, and others come with a new connection each time. All
must be answered. An operator pauses and resumes a policy.
"""

import json
import resource
import socket
import statistics
import subprocess
import sys
import threading
import time

from figures import Figure
from machine import ROOT, Server, call
from open_loop import bench

PORT, OTHER_PORT = 19100, 19102
POLICIES = 1_000  # with names as long as they may be
PAUSED = POLICIES + 1
RATE = 500
CONNECTIONS = 64
ATTACKS = {"lists": 32, "documents": 32, "flood": 10_000}
LIMIT = 10_000  # --max-connections
TINY_LIMIT = 2_000  # its last twentieth, which is free for others, is more than CONNECTIONS
NEWCOMER_EVERY = 0.02
OPERATOR_EVERY = 0.1
PATIENCE = 30


class Repeated(threading.Thread):
    """Times of a call that is repeated while something runs."""

    def __init__(self, every, work):
        super().__init__(daemon=True)
        self.every, self.work, self.over, self.milliseconds, self.failures = every, work, threading.Event(), [], []

    def run(self):
        while not self.over.wait(self.every):
            began = time.monotonic()
            try:
                self.work()
            except OSError as error:
                self.failures.append(repr(error))
            self.milliseconds.append((time.monotonic() - began) * 1000)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()

    def p99(self):
        return sorted(self.milliseconds)[int(len(self.milliseconds) * 0.99)]


def newcomer(server):
    """A customer with a new connection."""
    host, port = server.users[7:].split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as one:
        one.sendall(b"GET /v1/policies/1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        if not one.recv(64).startswith(b"HTTP/1.1 200"):
            raise ConnectionError("no answer")


def pause(server):
    call("POST", f"{server.admin}/v1/policies/{PAUSED}/pause")


class Attack:
    def __init__(self, kind, server, connections):
        command = [sys.executable, str(ROOT / "bench/attacker.py"), kind, server.users[7:], str(connections)]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        if self.child.stdout.readline() != "attacking\n":
            sys.exit(f"{kind}: the attacker ended")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()


def honest(settings, server, victim, kind, connections):
    """What honest customers of `server` see while `victim` is attacked."""
    with Attack(kind, victim, connections), Repeated(NEWCOMER_EVERY, lambda: newcomer(server)) as newcomers, \
            Repeated(OPERATOR_EVERY, lambda: pause(server)) as operator:
        report = bench(settings, server, "--rate", RATE, "--connections", CONNECTIONS, "--duration", f"{2 * settings.seconds}s")
    if newcomers.failures or operator.failures:
        sys.exit(f"{kind}: {len(newcomers.failures)} newcomers and {len(operator.failures)} commands failed: "
                 f"{(newcomers.failures + operator.failures)[0]}")
    if report["outcomes"].get("SUCCESS", {"count": 0})["count"] != report["latencyMs"]["count"]:
        sys.exit(f"{kind}: an honest customer was not answered: {json.dumps(report['outcomes'])}")
    server.settle()
    victim.settle()
    return {"p99": report["latencyMs"]["p99"], "newcomers": newcomers.p99(), "operator": max(operator.milliseconds)}


def prepare(server):
    for number in range(1, POLICIES + 1):
        call("POST", f"{server.admin}/v1/policies", {"id": number, "name": "\x01" * 200, "maxCount": 1})
    server.create_policy(PAUSED, 1)


def memory_after_the_largest_answer(server, connections):
    """MiB above before, while the connections are open and idle, and after they hung up."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server.settle()
    before = server.resident_mib()
    host, port = server.users[7:].split(":")
    sockets = []
    for _ in range(connections):
        one = socket.create_connection((host, int(port)), timeout=PATIENCE)
        one.sendall(b"GET /v1/policies?limit=1000 HTTP/1.1\r\nHost: h\r\n\r\n")
        sockets.append(one)
    for one in sockets:
        left, header = None, b""
        while left is None or left > 0:
            received = one.recv(1 << 18)
            if not received:
                sys.exit("memory: a connection ended before its answer")
            if left is None:
                header += received
                if b"\r\n\r\n" in header:
                    head, body = header.split(b"\r\n\r\n", 1)
                    left = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]) - len(body)
            else:
                left -= len(received)
    server.settle()
    time.sleep(5)  # a burst is followed by another return of memory at most some seconds later
    idle = server.resident_mib() - before
    for one in sockets:
        one.close()
    server.settle()
    return idle, server.resident_mib() - before


def run(settings):
    limit = LIMIT if settings.seconds > 1 else TINY_LIMIT
    rounds = {kind: [] for kind in ATTACKS}
    with Server(settings.binary, PORT, "--max-connections", limit) as server, \
            Server(settings.binary, OTHER_PORT, "--max-connections", limit) as other:
        prepare(server)
        prepare(other)
        for number in range(settings.rounds):
            for kind, connections in ATTACKS.items():
                count = min(connections, limit)
                peer = honest(settings, server, other, kind, count)
                one = honest(settings, server, server, kind, count)
                rounds[kind].append((peer, one))
                print(f"round {number + 1} of {settings.rounds}: {kind}: " + "; ".join(
                    f"{what} {one[what]:.1f} ms against {peer[what]:.1f} ms" for what in peer), file=sys.stderr)
    with Server(settings.binary, PORT, "--max-connections", 2 * limit, "--write-timeout", "60s") as server:
        prepare(server)
        idle, after = memory_after_the_largest_answer(server, limit)
    figures = []
    for kind, pairs in rounds.items():
        for what, name in (("p99", "customers"), ("newcomers", "customers with a new connection")):
            figures.append(Figure(f"{kind}: p99 of {name}, attacked / another server attacked",
                                  [one[what] / peer[what] for peer, one in pairs], 3, at_least=False,
                                  rates={"attacked, ms": statistics.median(one[what] for _, one in pairs),
                                         "another attacked, ms": statistics.median(peer[what] for peer, _ in pairs)}))
        figures.append(Figure(f"{kind}: longest pause of a policy by an operator", [one["operator"] for _, one in pairs], 500,
                              at_least=False, unit=" ms"))
    figures.append(Figure(f"memory of {limit:,} connections after the largest answer: open and idle", [idle], 100,
                          at_least=False, unit=" MiB"))
    figures.append(Figure(f"memory of {limit:,} connections after the largest answer: hung up", [after], 100, at_least=False,
                          unit=" MiB"))
    return figures, {"rounds": rounds, "idleMiB": idle, "hungUpMiB": after}
