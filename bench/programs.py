"""Benchmark programs that print one line of JSON for each measurement: name, unit, low, median, high."""

import dataclasses
import json
import statistics
import subprocess

from figures import Figure


def measurements(settings, program, *flags):
    command = [settings.build / "bench" / program, "--json", "--rounds", settings.rounds, *flags]
    lines = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout.splitlines()
    return {row["name"]: row for row in map(json.loads, lines)}


def figure(rows, name, target, peers=(), at_least=True):
    row = rows[name]
    unit = {"ratio": ""}.get(row["unit"], " " + row["unit"])
    return Figure(name, [row["low"], row["median"], row["high"]], target, at_least, unit,
                  {f"{peer}, {rows[peer]['unit']}": rows[peer]["median"] for peer in peers})


def decisions(settings):
    """Decisions on one core: the decider compared with a bare loop of the same inserts and finds in a hash map, and journal
    bytes to decision compared with simdjson's parse of the same bytes plus that loop."""
    rows = measurements(settings, "decide_bench", "--users", settings.users)
    return [figure(rows, "decider / bare loop", 0.5, ["decider", "bare loop"]),
            figure(rows, "record to decision / parse + bare loop", 0.5,
                   ["journal record to decision", "simdjson parse + bare loop"])], rows


def access(settings):
    """The cost of a key and of a user token, when it is verified first and from the cache."""
    rows = measurements(settings, "access_bench", "--calls", max(100, settings.users // 100))
    return [figure(rows, name, target, at_least=False) for name, target in (
        ("cached token", 1000), ("cached key", 1000), ("limit of presses", 1000), ("first key, of ten", None), ("first token, HS256", None),
        ("first token, RS256", None), ("first token, ES256", None), ("first token, EdDSA", None))], rows


def growth(settings):
    """The cost of a growing number of coupons and policies for the decider: memory, pauses, time of a decision."""
    rounds = []
    for _ in range(min(settings.rounds, 3)):
        command = [settings.build / "bench/growth_bench", "--users", 20 * settings.users, "--json"]
        output = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout
        rounds.append({row["name"]: row["median"] for row in map(json.loads, output.splitlines())})

    def of_rounds(name, target, unit="", rates=()):
        return Figure(name, [values[name] for values in rounds], target, at_least=False, unit=unit,
                      rates={f"{rate}, ns": statistics.median(values[rate] for values in rounds) for rate in rates})

    return [of_rounds("80,000 chosen ids, in times of ordinary ones", 2),
            of_rounds("memory of an ended policy", 64, " bytes"),
            of_rounds("memory a holder, worst point of 5 to 20 million", 48, " bytes"),
            of_rounds("memory a holder with an imported code, worst point of 5 to 20 million", 72, " bytes"),
            of_rounds("memory of a listed user, worst point of 5 to 20 million", 12, " bytes"),
            of_rounds("longest pause while they become 20 million", 50, " ms"),
            of_rounds("longest pause while they become 20 million, with their codes", 50, " ms"),
            of_rounds("record to decision, coupons 1 thousand to 10 million", 3, rates=[
                "record to decision at 1 thousand coupons", "record to decision at 10 million coupons"]),
            of_rounds("record to decision, policies 1 to 10,000", 3, rates=["record to decision with 10,000 policies"]),
            of_rounds("decision alone, coupons 1 thousand to 10 million", 3, rates=[
                "decision at 1 thousand coupons", "decision at 10 million coupons"]),
            of_rounds("decision alone, policies 1 to 10,000", 3, rates=["decision with 10,000 policies"])], rounds


def restart(settings):
    """Ready again with ten million issued coupons, and with half of them used, compared with a bare loop of SQLite's calls over
    the same rows."""
    coupons = 10 * settings.users
    flags = ("--server", settings.binary, "--coupons", coupons)
    issued, used = measurements(settings, "restart_bench", *flags), measurements(settings, "restart_bench", *flags, "--used", coupons // 2)

    def of(rows, name):
        return dataclasses.replace(figure(rows, "ready again / reading the rows", 3, ["ready again", "reading the rows"],
                                          at_least=False), name=name)

    return [of(issued, "ready again / reading the rows"), of(used, "the same with half of the coupons used")], {"issued": issued, "used": used}


def audit(settings):
    """An audit of a million records, compared with only reading the journal and the store."""
    rows = measurements(settings, "audit_bench", "--records", settings.users)
    return [figure(rows, f"{case}: audit / read", 2.5, [f"{case}: audit", f"{case}: read journal and store"], at_least=False)
            for case in ("winners", "twice", "losers")], rows


def check(settings):
    """Judging a history of ten million requests, with its store and its journal."""
    command = [settings.build / "bench/check_bench", "--requests", 10 * settings.users, "--json"]
    row = json.loads(subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout)
    return [Figure("a history of ten million: read and judged", [row["readSeconds"] + row["judgeSeconds"]], 60,
                   at_least=False, unit=" s", rates={"bytes of memory a request": row["bytesARow"]}),
            Figure("the same with store and journal", [row["readSeconds"] + row["decideSeconds"] + row["allSeconds"]], unit=" s")], row
