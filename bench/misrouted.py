"""A backlog of requests whose keys put them into any partition, as a Java program sends them, compared with the same backlog at home.

Six policies; every request is granted. With key = policyId each record is in its policy's home partition. With key =
sequenceNumber two thirds are elsewhere: decided FORWARDED there, appended again at home, and decided there. Measured from an
issuer's first batch to the last saved coupon. A broker, PostgreSQL and the issuer share the machine.
"""

import statistics
import sys

from distributed import BACKLOG, Servers, drain, fill, psql, warm
from figures import Figure

ELSEWHERE = 2 / 3
FORWARDED = 10  # as in src/domain/code.h


def forwarded(place):
    """The number of records decided FORWARDED."""
    batches = psql(place[3], "SELECT encode(codes, 'hex') FROM firstcome.journal_batch").split()
    return sum(bytes.fromhex(codes).count(FORWARDED) for codes in batches)


def coupons_per_second(settings, servers, keys):
    rows = min(BACKLOG, settings.users)
    place = fill(settings, servers, f"shop-by-{keys}", 6, rows)
    seen = drain(settings, place, rows)
    moved = forwarded(place) / rows
    if abs(moved - (ELSEWHERE if keys == "sequence" else 0)) > 0.05:
        sys.exit(f"by {keys}: {moved:.0%} of the records were moved home")
    return rows / (seen[-1][0] - seen[0][0])


def run_scenario(settings):
    rates = {"policy": [], "sequence": []}
    with Servers(1) as servers:
        warm(settings, servers)
        for number in range(settings.rounds):
            for keys, values in rates.items():
                values.append(coupons_per_second(settings, servers, keys))
            print(f"round {number + 1} of {settings.rounds}: " + ", ".join(f"key = {keys} {values[-1]:,.0f}/s"
                  for keys, values in rates.items()), file=sys.stderr)
    at_home, misrouted = rates.values()
    return [Figure("a backlog of misrouted records / the same at home", [a / b for a, b in zip(misrouted, at_home)], 0.5,
                   rates={"key = sequenceNumber, coupons/s": statistics.median(misrouted),
                          "key = policyId, coupons/s": statistics.median(at_home)})], rates
