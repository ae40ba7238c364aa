"""An export of ten million coupons, compared with psql's COPY of the same rows on the same PostgreSQL.

Half of the coupons are used. Both programs write to /dev/null. The rows are made by SQL, in the order of sequences, as issuers save them.
"""

import os
import statistics
import subprocess
import sys
import time

from distributed import PORT, Servers, node, psql, wait_until
from figures import Figure
from machine import call

PLAIN, CODED = 1, 2
MIB = 2**20
COUPONS = """INSERT INTO firstcome.coupon
  SELECT {policy}, n, n * 7919::bigint, n + 10, timestamptz '2026-11-23 14:00+00' + n * interval '1 ms', 1, 1, 0 FROM generate_series(1, {count}) AS n"""
LIVES = """INSERT INTO firstcome.coupon_life
  SELECT {policy}, n, 3, false, NULL, 'reserve,use order-' || n || E'\\n' FROM generate_series(1, {count}, 2) AS n"""
COUNTS = "UPDATE firstcome.coupon_policy SET issued_count = {count}, active_count = {count}, used_count = ({count} + 1) / 2 WHERE id = {policy}"
COPY = """COPY (SELECT c.policy_id, c.sequence, c.user_id, c.user_ordinal, l.state, l.accepted, l.held_until, c.issued_at
  FROM firstcome.coupon AS c LEFT JOIN firstcome.coupon_life AS l USING (policy_id, sequence)
  WHERE c.policy_id = {policy} ORDER BY c.sequence) TO STDOUT (FORMAT csv)"""
# The statements of the store's reader that count coupons by state.
COUNT = {
    "the half that is used": "SELECT count(*) FROM firstcome.coupon_life WHERE policy_id = 1 AND state = 2 AND held_until > now()",
    "all coupons": """SELECT count(*) FILTER (WHERE c.issued_at > now() AND l.state = 2 AND l.held_until > now()),
  count(*) FILTER (WHERE c.issued_at <= now() AND coalesce(l.state, 1) IN (1, 2))
  FROM firstcome.coupon AS c LEFT JOIN firstcome.coupon_life AS l ON l.policy_id = 1 AND l.sequence = c.sequence WHERE c.policy_id = 1"""}


def fill(settings, place, count):
    with node(settings, place, PORT, "all") as server:
        server.create_policy(PLAIN, count)
        body = {"id": CODED, "name": "codes", "maxCount": count, "codes": "GENERATED", "codePrefix": "NOON"}
        call("POST", f"{server.admin}/v1/policies", body)
        wait_until(lambda: int(psql(place[3], "SELECT count(*) FROM firstcome.coupon_policy")) == 2)
    coded = max(1, count // 10)
    for policy, rows in ((PLAIN, count), (CODED, coded)):
        for statement in (COUPONS, LIVES, COUNTS):
            psql(place[3], statement.format(policy=policy, count=rows))
    psql(place[3], "VACUUM ANALYZE")
    return coded


def timed(*command):
    """(seconds, its highest memory in MiB, its last line on stderr)"""
    began = time.monotonic()
    child = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    err = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {child.returncode}\n{err}")
    return time.monotonic() - began, usage.ru_maxrss * 1024 / MIB, err.splitlines()[-1] if err else ""


def run(settings):
    count = 10 * settings.users
    with Servers(1) as servers:
        place = servers.place(settings.binary)
        store = place[3]
        coded = fill(settings, place, count)

        def export(policy, rows, *words):
            seconds, memory, last = timed(settings.binary, "coupons", "export", "--store", store, "--policy", policy, *words)
            if not last.startswith(f"exported {rows:,} coupons of policy {policy} "):
                sys.exit(f"not every coupon was exported: {last}")
            return rows / seconds, memory

        def copy(policy, rows):
            return rows / timed("psql", "-qAtX", store, "-c", COPY.format(policy=policy))[0]

        rates = {what: [] for what in ("COPY", "csv", "jsonl", "csv with codes", "COPY, a tenth")}
        memory = []
        for number in range(min(settings.rounds, 3)):
            rates["COPY"].append(copy(PLAIN, count))
            for what, policy, rows, words in (("csv", PLAIN, count, ()), ("jsonl", PLAIN, count, ("--format", "jsonl")),
                                              ("csv with codes", CODED, coded, ())):
                rate, used = export(policy, rows, *words)
                rates[what].append(rate)
                memory.append(used)
            rates["COPY, a tenth"].append(copy(CODED, coded))
            print(f"round {number + 1}: " + ", ".join(f"{what} {values[-1]:,.0f}/s" for what, values in rates.items()) +
                  f", {memory[-1]:.0f} MiB", file=sys.stderr)

        counts = {what: timed("psql", "-qAtX", store, "-c", statement)[0] for what, statement in COUNT.items()}
        print("counts by state: " + ", ".join(f"{what} {seconds:.2f} s" for what, seconds in counts.items()), file=sys.stderr)

    def ratio(words, what, peer, target=None):
        return Figure(words, [a / b for a, b in zip(rates[what], rates[peer])], target,
                      rates={f"{one}, coupons/s": statistics.median(rates[one]) for one in (what, peer)})

    return [ratio("export as CSV / COPY … TO STDOUT of the same rows", "csv", "COPY", 0.5),
            ratio("export as lines of JSON / the same", "jsonl", "COPY", 0.5),
            ratio("export with generated codes / COPY without them", "csv with codes", "COPY, a tenth"),
            Figure("highest memory of an export", memory, 200, at_least=False, unit=" MiB"),
            *(Figure(f"counts by state, {what}", [seconds], unit=" s") for what, seconds in counts.items())], \
        {"rates": rates, "memoryMiB": memory, "countSeconds": counts}
