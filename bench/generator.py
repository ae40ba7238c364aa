"""The cost of the load generator: processor time per request of `firstcome bench`, and of wrk with the same requests to the
same fixed answer, in turn.
"""

import json
import os
import re
import statistics
import subprocess

from figures import Figure
from http_rates import FIRST, LUA
from machine import Server

PORT = 19086
CONNECTIONS = 256


def timed(command):
    """(stdout, processor seconds of the process)"""
    child = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: exit {child.returncode}\n{output}")
    return output, usage.ru_utime + usage.ru_stime


def of_wrk(settings, server):
    output, seconds = timed(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{settings.seconds}s", "-s", LUA, server.users, "--",
                             "/bench/fixed/1/coupons", FIRST, 0])
    return seconds / int(re.search(r"(\d+) requests in", output)[1]) * 1e6


def of_bench(settings, server):
    output, seconds = timed([settings.binary, "bench", "--server", server.users, "--admin", server.admin, "--fixed", "100%",
                             "--connections", CONNECTIONS, "--duration", f"{settings.seconds}s", "--json"])
    return seconds / json.loads(output)["fixedMs"]["count"] * 1e6


def run(settings):
    with Server(settings.binary, PORT) as server:
        pairs = [(of_wrk(settings, server), of_bench(settings, server)) for _ in range(settings.rounds)]
    wrk, own = ([pair[i] for pair in pairs] for i in (0, 1))
    return [Figure("firstcome bench / wrk, processor time a request", [b / a for a, b in pairs], 1.5, at_least=False,
                   rates={"wrk, µs": statistics.median(wrk), "firstcome bench, µs": statistics.median(own)})], {}
