"""A node beside policies that have ended: its memory, and the time until it is ready, compared with a node without them.

Ten policies are live, and `--ended-policies` are closed and expired, each with 100,000 coupons, half of them used. The rows are made by SQL
(`policy_rows`), in an embedded store and in PostgreSQL, and are in the page cache. The node on PostgreSQL is an edge.
"""

import contextlib
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from distributed import PORT, Servers, node, psql
from figures import Figure
from machine import Server

LIVE = 10


def rows(settings, ended, *flags):
    """SQL of the policies. The number of coupons of a policy is a tenth of --users."""
    coupons = settings.users // LIVE
    command = [settings.build / "bench/policy_rows", "--live", LIVE, "--coupons", coupons, "--used", coupons // 2, *flags]
    command += ["--ended", ended] if ended else []
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout


def fill_folder(settings, folder, ended):
    with Server(settings.binary, PORT, place=["--data", folder]):
        pass
    with contextlib.closing(sqlite3.connect(pathlib.Path(folder) / "store.sqlite")) as store:
        store.executescript(rows(settings, ended))


def fill_servers(settings, servers, ended):
    place = servers.place(settings.binary)
    with node(settings, place, PORT, "issuer"):
        pass
    subprocess.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", place[3]], input=rows(settings, ended, "--postgres"), text=True, check=True)
    psql(place[3], "VACUUM ANALYZE")
    return place


def start(settings, place, ended, *flags):
    """(MiB of the node's memory, seconds until it was ready)"""
    began = time.monotonic()
    with Server(settings.binary, PORT, *flags, place=place) as server:
        seconds = time.monotonic() - began
        memory = server.resident_mib()
        states = [server.policy(number)["state"] for number in (1, LIVE, LIVE + ended)]
    if states != ["ACTIVE", "ACTIVE", "CLOSED" if ended else "ACTIVE"]:
        sys.exit(f"the node has policies in the states {states}")
    return memory, seconds


def compare(settings, name, alone, beside, *flags):
    """Figures of a node beside ended policies, `beside`, and of one that has only the live ones, `alone`."""
    ended = settings.ended_policies
    measured = {"alone": [], "beside": []}
    for _ in range(settings.rounds):
        measured["alone"].append(start(settings, alone, 0, *flags))
        measured["beside"].append(start(settings, beside, ended, *flags))
        print(f"{name}: " + ", ".join(f"{what} {values[-1][0]:.0f} MiB {values[-1][1]:.2f} s" for what, values in measured.items()),
              file=sys.stderr)

    def ratio(words, index, unit):
        middle = {what: statistics.median(value[index] for value in values) for what, values in measured.items()}
        return Figure(f"{name}: {words} beside {ended:,} ended policies / without them",
                      [b[index] / a[index] for a, b in zip(measured["alone"], measured["beside"])], 1.2, at_least=False,
                      rates={f"beside them, {unit}": middle["beside"], f"without them, {unit}": middle["alone"]})

    return [ratio("memory", 0, "MiB"), ratio("ready again", 1, "s")], measured


def run(settings):
    ended = settings.ended_policies
    with tempfile.TemporaryDirectory(prefix="firstcome-bench-") as alone, tempfile.TemporaryDirectory(prefix="firstcome-bench-") as beside:
        fill_folder(settings, alone, 0)
        fill_folder(settings, beside, ended)
        figures, embedded = compare(settings, "embedded", ["--data", alone], ["--data", beside])
    with Servers(1) as servers:
        more, postgres = compare(settings, "PostgreSQL", fill_servers(settings, servers, 0), fill_servers(settings, servers, ended),
                                 "--role", "edge")
    return figures + more, {"embedded": embedded, "postgres": postgres}
