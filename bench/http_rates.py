#!/usr/bin/env python3
"""HTTP rates, each against its peer on this machine: the edge's fixed answer against a bare epoll loop, and the
issue call's three paths against the fixed answer. One generator (bench/issue.lua), same method, same bytes.

Peers run interleaved, round after round; a ratio is taken within its round. Everything is checked: a run with an
answer that it should not have had stops the bench.
"""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
LUA = ROOT / "bench" / "issue.lua"
STOCK = 1_000_000_000
WINNERS = 100_000
FIRST = 100_000_000  # users have nine digits
ALWAYS, SOLD_OUT = 1, 2  # policies


class Program:
    """A child process that says where it listens, or is known to."""

    def __init__(self, command):
        self.child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def settle(self):
        """Returns when it has finished what the run before left it to do (saving, closing)."""
        for _ in range(100):
            before = self.cpu_seconds()
            time.sleep(0.2)
            if self.cpu_seconds() - before <= 0.01:
                return

    def stop(self):
        self.child.terminate()
        self.child.wait(30)


def call(method, url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=10) as response:
        return json.loads(response.read())


def wait_for(url, program):
    until = time.monotonic() + 30
    while time.monotonic() < until:
        try:
            return call("GET", url)
        except OSError:
            if program.child.poll() is not None:
                sys.exit(f"it ended at once: {program.child.stderr.read()}")
            time.sleep(0.05)
    sys.exit(f"{url} does not answer")


def wrk(arguments, url, path, first, count):
    command = ["wrk", f"-t{arguments.wrk_threads}", f"-c{arguments.connections}", f"-d{arguments.seconds}s",
               "-s", str(LUA), url, "--", path, str(first), str(count)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    requests = int(re.search(r"(\d+) requests in", output)[1])
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    if "Socket errors" in output:
        sys.exit(f"{path}: {output}")
    return requests, float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1]), int(refused[1]) if refused else 0


def sell_out(users, admin):
    """A policy whose coupons all belong to users FIRST, FIRST+1, …; each run begins with the first of them again."""
    call("POST", f"{admin}/v1/policies", {"id": SOLD_OUT, "name": "sold out", "maxCount": WINNERS})
    for seconds in (4, 8, 16, 32):
        subprocess.run(["wrk", "-t1", "-c256", f"-d{seconds}s", "-s", str(LUA), users, "--",
                        f"/v1/policies/{SOLD_OUT}/coupons", str(FIRST), str(WINNERS)],
                       stdout=subprocess.DEVNULL, check=True)
        if call("GET", f"{users}/v1/policies/{SOLD_OUT}")["remaining"] == 0:
            return
    sys.exit("the policy does not sell out")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", default=str(ROOT / "build/release/src/app/firstcome"))
    parser.add_argument("--baseline", default=str(ROOT / "build/bench/bench/epoll_baseline"))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of the server (its own default), and of its peer")
    parser.add_argument("--wrk-threads", type=int, default=1)
    parser.add_argument("--connections", type=int, default=256)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()

    users, admin, bare = "http://127.0.0.1:19080", "http://127.0.0.1:19081", "http://127.0.0.1:19082"
    fixed_path, always, sold_out = "/bench/fixed/1/coupons", f"/v1/policies/{ALWAYS}/coupons", f"/v1/policies/{SOLD_OUT}/coupons"
    with tempfile.TemporaryDirectory(prefix="firstcome-bench-") as data:
        server = Program([arguments.server, "serve", "--data", data, "--listen", users[7:], "--admin-listen", admin[7:],
                          "--threads", str(arguments.threads), "--bench-route", "--log-level", "error"])
        baseline = Program([arguments.baseline, bare.rsplit(":", 1)[1], str(arguments.threads)])
        try:
            wait_for(f"{admin}/readyz", server)
            call("POST", f"{admin}/v1/policies", {"id": ALWAYS, "name": "always", "maxCount": STOCK})
            sell_out(users, admin)
            results = measure(arguments, server, baseline, {
                "epoll": (bare, fixed_path, FIRST, 0, 0),
                "fixed": (users, fixed_path, FIRST, 0, 0),
                "success": (users, always, FIRST, 0, 0),
                "losers": (users, sold_out, FIRST + 10_000_000, 0, 1),
                "winners again": (users, sold_out, FIRST, WINNERS, 0),
            })
        finally:
            server.stop()
            baseline.stop()
    report(results, arguments)


def measure(arguments, server, baseline, cases):
    rates = {name: [] for name in cases}
    costs = {name: [] for name in cases}
    for number in range(arguments.rounds):
        for name, (url, path, first, count, all_refused) in cases.items():
            program = baseline if name == "epoll" else server
            if name == "success":  # users who have never asked before
                first += 1_000_000 * number * arguments.seconds % 40_000_000
            server.settle()
            before = program.cpu_seconds()
            requests, rate, refused = wrk(arguments, url, path, first, count)
            if refused != requests * all_refused:
                sys.exit(f"{name}: {refused} of {requests} answers were no 2xx")
            rates[name].append(rate)
            costs[name].append((program.cpu_seconds() - before) / requests * 1e6)
        print(f"round {number + 1} of {arguments.rounds}: " +
              ", ".join(f"{name} {values[-1]:,.0f}/s" for name, values in rates.items()), file=sys.stderr)
    return {"rates": rates, "costs": costs}


def report(results, arguments):
    rates, costs = results["rates"], results["costs"]
    targets = [("fixed", "epoll", 0.85), ("success", "fixed", 0.6), ("losers", "fixed", 0.95),
               ("winners again", "fixed", 0.95)]
    ratios = {name: [a / b for a, b in zip(rates[name], rates[peer])] for name, peer, _ in targets}
    if arguments.json:
        print(json.dumps({"rates": rates, "cpu_us": costs, "ratios": ratios}))
        return
    print(f"HTTP, {arguments.connections} connections, {arguments.threads} server thread(s), "
          f"medians of {arguments.rounds} interleaved runs of {arguments.seconds} s")
    for name, values in rates.items():
        print(f"  {name:14} {statistics.median(values):9,.0f} answers/s  ({min(values):,.0f} to {max(values):,.0f}), "
              f"{statistics.median(costs[name]):5.2f} µs of server CPU each")
    for name, peer, target in targets:
        ratio = statistics.median(ratios[name])
        print(f"  {name + ' / ' + peer:22} {ratio:5.2f}  ({min(ratios[name]):.2f} to {max(ratios[name]):.2f}), "
              f"target {target}: {'met' if ratio >= target else 'MISSED'}")


if __name__ == "__main__":
    main()
