"""What commands of coupons cost: durable final answers per second of reserve, use and cancel, against issuing. One server with one edge
thread, one key; every command is accepted, every request wins.
"""

import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

import callers
from figures import Figure
from machine import ROOT, Server

LUA = ROOT / "bench" / "life.lua"
PORT = 19190
KINDS = ("reserve", "use", "cancel")
COUPONS = callers.USERS - 1  # commanded of each policy: wrk asks for one request that it does not send
FILL = 3  # each coupon takes one command, and commands may be faster than issuing


def accepted(server, kind, policy, key, seconds):
    """Accepted commands per second."""
    command = ["wrk", "-t1", f"-c{callers.CONNECTIONS}", f"-d{seconds}s", "-s", str(LUA), server.users, "--", kind, str(policy),
               str(COUPONS), str(key)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Socket errors" in output or "Non-2xx" in output:
        sys.exit(f"not every {kind} was accepted: {output}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])


def run(settings):
    with tempfile.TemporaryDirectory(prefix="firstcome-bench-") as name:
        folder = pathlib.Path(name)
        keys = folder / "keys.toml"
        key = callers.private(folder / "shop.key", subprocess.run(
            [settings.binary, "key", "new", "--name", "shop", "--scopes", "issue,read,use,admin", "--keys-file", keys],
            capture_output=True, text=True, check=True).stdout)
        with Server(settings.binary, PORT, "--threads", "1", "--press-rate", "0", "--keys-file", keys) as server:
            policies = 10 * settings.seconds * FILL  # more than a run reaches
            rates = {what: [] for what in ("issue", *KINDS)}
            first = 1_000
            for number in range(settings.rounds):
                for kind in KINDS:
                    callers.create_policies(server, first, policies, key)
                    server.settle()
                    issued = callers.wins(server, first, key, settings.seconds * FILL)
                    if kind == KINDS[0]:
                        rates["issue"].append(issued)
                    server.settle()
                    rates[kind].append(accepted(server, kind, first, key, settings.seconds))
                    first += policies
                print(f"round {number + 1} of {settings.rounds}: " +
                      ", ".join(f"{what} {values[-1]:,.0f}/s" for what, values in rates.items()), file=sys.stderr)
    return [Figure(f"{kind} / issue, accepted and won", [a / b for a, b in zip(rates[kind], rates["issue"])], 0.8,
                   rates={f"{one}, answers/s": statistics.median(rates[one]) for one in (kind, "issue")}) for kind in KINDS], {}
