"""Issuing with ten million users on the policy's list, or ten million imported codes, compared with none.

p99 of final answers at the same rate in an open loop: half of the highest rate of the policy without a list.
"""

import statistics
import subprocess
import sys
import tempfile

from figures import Figure
from machine import Server, call
from open_loop import CONNECTIONS, STOCK, bench, decided_per_second

PORT = 19096
PLAIN, LISTED, CODED = 1, 2, 3
NAMES = {PLAIN: "without", LISTED: "listed users", CODED: "imported codes"}


def add(settings, server, command, option, policy, lines):
    """Adds the lines to the policy's list by the command."""
    with tempfile.NamedTemporaryFile("w", prefix="firstcome-bench-", suffix=".csv") as file:
        file.writelines(lines)
        file.flush()
        subprocess.run([settings.binary, "policy", command, str(policy), option, file.name, "--admin", server.admin], check=True,
                       stdout=subprocess.DEVNULL)


def prepare(settings, server, count):
    server.create_policy(PLAIN, STOCK)
    for body in ({"id": LISTED, "name": "listed", "maxCount": STOCK, "eligible": "LISTED"},
                 {"id": CODED, "name": "coded", "maxCount": 0, "codes": "IMPORTED"}):
        call("POST", f"{server.admin}/v1/policies", body)
    add(settings, server, "eligible", "--users", LISTED, (f"{user}\n" for user in range(1, count + 1)))
    add(settings, server, "codes", "--codes", CODED, (f"PARTNER{number:09}\n" for number in range(1, count + 1)))
    call("PATCH", f"{server.admin}/v1/policies/{CODED}", {"maxCount": count})


class Users:
    """Users without an earlier request, all of them on the list."""

    def __init__(self, count):
        self.next, self.count = 1, count

    def take(self, number):
        if self.next + number > self.count:
            sys.exit("lists: there are not enough users: fewer rounds or seconds")
        self.next += number
        return self.next - number


def run(settings):
    count = 10 * settings.users
    users = Users(count)
    with Server(settings.binary, PORT, "--max-unsaved", "10000000") as server:
        prepare(settings, server, count)
        server.settle()
        memory = server.resident_mib()

        def load(policy, requests, *flags):
            return bench(settings, server, "--policy", policy, "--connections", CONNECTIONS, "--requests", requests,
                         "--first-user", users.take(requests), *flags)

        highest = decided_per_second(load(PLAIN, count // 20))
        rate = int(highest / 2)
        p99 = {policy: [] for policy in NAMES}
        for number in range(settings.rounds):
            for policy in NAMES:
                server.settle()
                report = load(policy, rate * settings.seconds, "--rate", rate)
                if set(report["outcomes"]) != {"SUCCESS"}:
                    sys.exit(f"lists, {NAMES[policy]}: {report['outcomes']}")
                p99[policy].append(report["latencyMs"]["p99"])
            print(f"round {number + 1} of {settings.rounds}: " + ", ".join(
                f"{name} {p99[policy][-1]:.1f} ms" for policy, name in NAMES.items()), file=sys.stderr)

    return [Figure(f"p99 with {count:,} {NAMES[policy]} / without", [a / b for a, b in zip(p99[policy], p99[PLAIN])], 1.2, at_least=False,
                   rates={f"p99, {name}, ms": statistics.median(p99[one]) for one, name in ((policy, NAMES[policy]), (PLAIN, NAMES[PLAIN]))})
            for policy in (LISTED, CODED)], {"p99": {NAMES[policy]: values for policy, values in p99.items()}, "rate": rate, "memoryMiB": memory}
