"""Open loop: requests arrive on schedule, independent of the answers. At half of the maximum rate, the latency of final
answers and that of the fixed answer in the same run; at three times the maximum, how much is still answered, and how soon
the server recovers.
"""

import json
import statistics
import subprocess
import sys
import threading
import time

from figures import Figure
from machine import Server

STOCK = 1_000_000_000
PORT = 19084
CONNECTIONS = 256
OVERLOAD_CONNECTIONS = 3_000  # used by three times the maximum rate at ordinary latency
PENDING = 1_000  # callers that may wait in one thread of the server: few, so that some requests are refused


def bench(settings, server, *flags):
    stock = [] if "--policy" in flags else ["--max-count", STOCK]
    command = [settings.binary, "bench", "--server", server.users, "--admin", server.admin, "--json", "--ask-again", 0, *stock,
               *flags]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def per_second(report, outcome):
    return report["outcomes"].get(outcome, {"count": 0})["count"] / report["seconds"]


def decided_per_second(report):
    return per_second(report, "SUCCESS")


class MostMemory(threading.Thread):
    """The peak memory of a program while something runs."""

    def __init__(self, program):
        super().__init__(daemon=True)
        self.program, self.most, self.over = program, 0, threading.Event()

    def run(self):
        while not self.over.wait(0.1):
            self.most = max(self.most, self.program.resident_mib())

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


def one_round(settings, server):
    closed = bench(settings, server, "--connections", CONNECTIONS, "--duration", f"{settings.seconds}s")
    most = decided_per_second(closed)
    server.settle()
    half = bench(settings, server, "--connections", CONNECTIONS, "--rate", int(most / 2), "--fixed", "50%",
                 "--duration", f"{2 * settings.seconds}s")
    server.settle()
    with MostMemory(server) as memory:
        over = bench(settings, server, "--connections", settings.overload_connections, "--rate", int(3 * most), "--duration",
                     f"{2 * settings.seconds}s")
    time.sleep(2)
    after = bench(settings, server, "--connections", CONNECTIONS, "--rate", int(most / 2), "--fixed", "50%", "--duration",
                  f"{settings.seconds}s")
    server.settle()
    return {"most": most, "half": half, "over": over, "after": after, "memoryMiB": memory.most}


def run(settings):
    with Server(settings.binary, PORT, "--max-pending-policy", str(PENDING)) as server:
        rounds = []
        for number in range(settings.rounds):
            rounds.append(one_round(settings, server))
            one = rounds[-1]
            print(f"round {number + 1} of {settings.rounds}: most {one['most']:,.0f}/s; p99 at half "
                  f"{one['half']['latencyMs']['p99']:.1f} ms, fixed {one['half']['fixedMs']['p99']:.1f} ms; at three times "
                  f"{decided_per_second(one['over']):,.0f}/s; two seconds later p99 {one['after']['latencyMs']['p99']:.1f} ms",
                  file=sys.stderr)

    def median(read):
        return statistics.median(read(one) for one in rounds)

    return [
        Figure("half the most: p99 of final answers / of the fixed answer", [one["half"]["p99OverFixed"] for one in rounds],
               10, at_least=False, rates={"final p99, ms": median(lambda one: one["half"]["latencyMs"]["p99"]),
                                          "fixed p99, ms": median(lambda one: one["half"]["fixedMs"]["p99"])}),
        Figure("three times the most: decided a second / the most", [decided_per_second(one["over"]) / one["most"] for one in rounds],
               0.9, rates={"the most, decided/s": median(lambda one: one["most"]),
                           "decided/s": median(lambda one: decided_per_second(one["over"])),
                           "refused with 503 OVERLOADED/s": median(lambda one: per_second(one["over"], "OVERLOADED")),
                           "dropped by the generator/s": median(lambda one: one["over"]["dropped"] / one["over"]["seconds"]),
                           "memory, MiB": max(one["memoryMiB"] for one in rounds)}),
        Figure("two seconds after: p99 of final answers / of the fixed answer", [one["after"]["p99OverFixed"] for one in rounds],
               10, at_least=False, rates={"final p99, ms": median(lambda one: one["after"]["latencyMs"]["p99"])}),
    ], {"rounds": rounds}
