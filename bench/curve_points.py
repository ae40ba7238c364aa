"""One point of each curve of bench/curves: what a winner costs, and how long it waits, against one quantity."""

import contextlib
import re
import resource
import subprocess
import sys

import usage
from distributed import run
from fleet_fit import beyond, edge
from fleet_model import Load
from fleet_run import Fleet
from machine import ROOT, Server
from open_loop import bench

PORT = 19500
STOCK = 1_000_000_000
WITHIN_LIMIT = resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 200  # open files of one process
MOST_OF_WRK = 10_000  # connections
MS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


class Users:
    """Users without an earlier request."""

    next = 200_000_000

    @classmethod
    def take(cls, count):
        cls.next += count
        return cls.next - count


def closed_loop(server, connections, policies, seconds):
    """What one winner costs the server, in µs, and ms of waiting, of a closed loop; policies are 1 to `policies`."""
    before = usage.cpu_seconds(server.child.pid)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "20s", "-s", ROOT / "bench/policies.lua",
               server.users, "--", policies, Users.take(1_000_000 * seconds)]
    output = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout
    if "Socket errors" in output or "Non-2xx" in output:
        sys.exit(f"not every request won: {output}")
    server.settle()
    requests = int(re.search(r"(\d+) requests in", output)[1])

    def percentile(name):
        value, unit = re.search(rf"\b{name}%\s+([\d.]+)(us|ms|s)", output).groups()
        return float(value) * MS[unit]

    return {"edge": (usage.cpu_seconds(server.child.pid) - before) / requests * 1e6,
            "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]), "p50": percentile(50), "p99": percentile(99)}


def closed_loop_of_many(settings, server, connections):
    """The same for more connections than wrk can open at once: `firstcome bench` opens them a few at a time."""
    before = usage.cpu_seconds(server.child.pid)
    report = bench(settings, server, "--policy", 1, "--connections", connections, "--threads", 2, "--duration",
                   f"{2 * settings.seconds}s", "--first-user", Users.take(2_000_000 * settings.seconds))
    server.settle()
    won = report["outcomes"]["SUCCESS"]["count"]
    if set(report["outcomes"]) != {"SUCCESS"}:
        sys.exit(f"not every request won: {report['outcomes']}")
    return {"edge": (usage.cpu_seconds(server.child.pid) - before) / won * 1e6, "rate": won / report["seconds"],
            "p50": report["latencyMs"]["p50"], "p99": report["latencyMs"]["p99"]}


def with_connections(settings, _, connections):
    connections = min(connections, WITHIN_LIMIT)
    with Server(settings.binary, PORT, "--max-connections", "30000") as server:
        server.create_policy(1, STOCK)
        closed_loop(server, min(connections, 256), 1, 1)
        measured = (closed_loop(server, connections, 1, settings.seconds) if connections <= MOST_OF_WRK
                    else closed_loop_of_many(settings, server, connections))
        return measured | {"connections": connections}


def with_policies(settings, _, policies):
    with Server(settings.binary, PORT) as server:
        for number in range(policies):
            server.create_policy(number + 1, STOCK)
        closed_loop(server, 256, policies, 1)
        return closed_loop(server, 256, policies, settings.seconds)


def with_coupons(settings, servers, coupons):
    """An edge and an issuer; a backlog issues the coupons first."""
    with contextlib.ExitStack() as stack:
        fleet = Fleet(settings, servers, servers.place(settings.binary), stack, edges=1, issuers=1, flags=("--events", "none"))
        fleet.edges[0].create_policy(1, STOCK)
        run(settings.build / "bench/backlog", "fill", fleet.place[1], coupons)
        fleet.rest(120)
        closed_loop(fleet.edges[0], 256, 1, 1)
        fleet.rest()
        memory = fleet.edges[0].resident_mib()
        return closed_loop(fleet.edges[0], 256, 1, settings.seconds) | {"memory": memory}


def of_fleet(settings, servers, edges, partitions, rate, policies, *flags):
    """Winners in an open loop: µs of each by process, groups a second, and waiting in ms."""
    place = servers.place(settings.binary, partitions)
    with contextlib.ExitStack() as stack:
        fleet = Fleet(settings, servers, place, stack, edges=edges, issuers=1, flags=flags)
        fleet.under(Load(rate, 0), min(6, policies), 1)
        idle = fleet.idle(1)
        used, reports = fleet.under(Load(rate, 0), policies, settings.seconds)
    winners, latency = used["SUCCESS"], reports["SUCCESS"]["latencyMs"]
    return {"edge": sum(edge(used, idle, number) for number in range(edges)) / winners * 1e6,
            **{name: beyond(used, idle, name) / winners * 1e6 for name in ("issuers", "brokers", "database")},
            "batches": used["batches"] / settings.seconds, "requests": beyond(used, idle, "requests") / settings.seconds,
            "rate": rate, "p50": latency["p50"], "p99": latency["p99"]}


def with_partitions(settings, servers, partitions):
    return of_fleet(settings, servers, 1, partitions, settings.rate, 60)


def with_edges(settings, servers, edges):
    return of_fleet(settings, servers, edges, 3, settings.rate, 60)


def with_linger(settings, servers, linger):
    return of_fleet(settings, servers, 1, 3, settings.rate, 60, "--kafka", f"linger.ms={linger}")


def with_hot(settings, servers, policies):
    """One policy, or many, of an edge with one issuer."""
    with contextlib.ExitStack() as stack:
        fleet = Fleet(settings, servers, servers.place(settings.binary), stack, edges=1, issuers=1)
        for number in range(policies):
            fleet.edges[0].create_policy(number + 1, STOCK)
        closed_loop(fleet.edges[0], 256, policies, 1)
        fleet.rest()
        return closed_loop(fleet.edges[0], 256, policies, settings.seconds)
