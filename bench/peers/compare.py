"""What is measured of each design. Every function measures one design once and returns plain numbers."""

import json
import pathlib
import re
import subprocess
import threading
import time

from designs import POLICY
from http_rates import coupons, wrk

SCRIPT = pathlib.Path(__file__).with_name("issue_coupon.lua")
KILLED_AFTER = 1.0  # seconds of load
STILL = 4  # seconds without a change; longer than the time between two batches
MISSING = 20


class Users:
    """Numbers of users without an earlier request."""

    def __init__(self, first=100_000_000):
        self.next = first

    def take(self, count):
        self.next += count
        return self.next - count


def most(design, users, connections, seconds):
    """Answers a second of a closed loop, every one of them SUCCESS."""
    first = users.take(0)
    users.take(1_000_000 * seconds)
    requests, rate, refused = wrk(design.program.users, coupons(POLICY), first, 0, seconds, connections)
    if refused:
        raise SystemExit(f"{design.name}: {refused} of {requests} answers were no 2xx")
    return rate


def bench(design, *flags):
    """The report of `firstcome bench`, also of a design that breaks a promise."""
    command = [design.settings.binary, "bench", "--server", design.program.users, "--policy", POLICY, "--ask-again", 0, "--json",
               *flags]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if not done.stdout:
        raise SystemExit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def latency(design, users, rate, seconds):
    """Milliseconds by percentile of an open loop, and answers a second."""
    report = bench(design, "--rate", max(1, int(rate)), "--connections", 256, "--duration", f"{seconds}s",
                   "--first-user", users.take(int(rate * seconds) + 1))
    return {"asked": rate, "answered": report["outcomes"].get("SUCCESS", {"count": 0})["count"] / report["seconds"],
            **{name: report["latencyMs"].get(name) for name in ("p50", "p99", "p99.9")}}


def winners(history):
    """User → sequences that were promised to it by SUCCESS."""
    won = {}
    for line in history.read_text().splitlines():
        if '"result":"SUCCESS"' in line:
            row = json.loads(line)
            won.setdefault(row["userId"], []).append(row.get("sequence"))
    return won


def settled(design, promised):
    """Seconds until the database has stopped to change; None without a database. It is waited for longer while promised
    coupons are missing: another consumer may have to take over."""
    if design.kept_in_database() is None:
        return None
    began = time.monotonic()
    changed, before = began, None
    while time.monotonic() - changed < (STILL if before is None or before >= promised else MISSING):
        count = design.kept_in_database()
        if count != before:
            changed, before = time.monotonic(), count
        time.sleep(0.05)
    return changed - began


def burst(design, folder):
    """20 requests by 10 users for each coupon: what was promised, and what was kept."""
    stock = design.stock
    history = folder / "burst.jsonl"
    bench(design, "--users", 10 * stock, "--requests", 20 * stock, "--connections", 256, "--history", history)
    promised = winners(history)
    seconds, kept = settled(design, len(promised)), design.kept()
    return {"promised": len(promised), "kept": len(kept), "overIssued": max(0, max(len(kept), len(promised)) - stock),
            "doubled": sum(len(answers) > 1 for answers in promised.values()), "neverIssued": len(set(promised) - kept),
            "underIssued": max(0, stock - len(promised)), "settledSeconds": seconds}


def killed(design, users, folder, kill, start_again):
    """SIGKILL in the middle of a load; then everything is started again: promises that are gone."""
    history = folder / "killed.jsonl"
    timer = threading.Timer(KILLED_AFTER, kill)
    timer.start()
    bench(design, "--connections", 256, "--duration", "2s", "--timeout", "500ms", "--first-user", users.take(1_000_000),
          "--history", history)
    timer.join()
    start_again()
    promised = winners(history)
    settled(design, len(promised))
    kept = design.kept()
    return {"promised": len(promised), "lost": len(set(promised) - kept)}


def redis_ceiling(redis, connections, requests):
    """Calls of the same script a second by redis-benchmark, without HTTP in front."""
    sha = redis.call("SCRIPT", "LOAD", SCRIPT.read_text())
    redis.call("SET", "ceiling:stock", 10**9)
    done = subprocess.run(["redis-benchmark", "-p", str(redis.port), "-c", str(connections), "-n", str(requests), "-r", "1000000000",
                           "-q", "EVALSHA", sha, "2", "ceiling:users", "ceiling:stock", "__rand_int__"],
                          capture_output=True, text=True, check=True)
    return float(re.findall(r"([\d.]+) requests per second", done.stdout)[-1])
