"""The results of bench/peers/run as Markdown and a picture, for bench/report.py."""

import statistics

OWN = "firstcome"
PEER = "Redis Lua, AOF everysec"  # whom the ratios are against
CONNECTIONS = (64, 256, 1024)


def spread(values, form="{:,.0f}"):
    """Median (lowest to highest)."""
    return f"{form.format(statistics.median(values))} ({form.format(min(values))} to {form.format(max(values))})"


def rows(header, lines):
    return "\n".join([f"| {' | '.join(header)} |", "|" + "---|" * len(header), *(f"| {' | '.join(line)} |" for line in lines)])


def is_own(design):
    return design.startswith(OWN)


def name(design):
    return f"**{design}**" if is_own(design) else design


def rates(steps):
    peer = {connections: steps[f"most, {connections}"][PEER] for connections in CONNECTIONS}

    def cell(design, connections):
        values = steps[f"most, {connections}"][design]
        ratios = [one / other for one, other in zip(values, peer[connections])]
        return f"{statistics.median(values):,.0f}; {spread(ratios, '{:.2f}')}"

    header = ["design", *(f"{connections:,} connections: answers/s; against {PEER}" for connections in CONNECTIONS)]
    return rows(header, ([name(design), *(cell(design, connections) for connections in CONNECTIONS)]
                         for design in steps[f"most, {CONNECTIONS[0]}"]))


def latencies(steps):
    def cell(step, design):
        measured = steps[step][design]
        return " / ".join(f"{statistics.median(one[percentile] for one in measured):.1f}" for percentile in ("p50", "p99", "p99.9"))

    shares = [step for step in steps if step.startswith("latency, ")]
    together = next(iter(steps["latency, a rate of all"].values()))[0]["asked"]
    words = {"latency, a rate of all": f"{together:,.0f}/s for all"}
    return rows(["design", *(words.get(step, f"{step.removeprefix('latency, ')} of its most") for step in shares)],
                ([name(design), *(cell(step, design) for step in shares)] for design in steps[shares[0]]))


def promises(steps):
    """Sums of all rounds, except for the time."""
    def line(design):
        measured = steps["burst"][design]
        seconds = [one["settledSeconds"] for one in measured]
        killed = [steps[step].get(design) for step in ("killed: the process", "killed: Redis")]
        return [name(design), *(f"{sum(one[what] for one in measured):,}" for what in ("overIssued", "doubled", "neverIssued")),
                "no database" if None in seconds else f"{statistics.median(seconds):.1f} s",
                *("" if of is None else f"{sum(one['lost'] for one in of):,} of {sum(one['promised'] for one in of):,}"
                  for of in killed)]

    header = ["design", "over-issued", "doubled", "promised, never issued", "database settled after", "lost when the process was killed",
              "lost when Redis was killed"]
    return rows(header, (line(design) for design in steps["burst"]))


def most(steps):
    """Design → answers a second with 256 connections, one for each round: for a picture."""
    return steps["most, 256"]


def tables(results):
    """Words in the template → Markdown."""
    steps = results["steps"]
    return {"PEER_RATES": rates(steps), "PEER_LATENCY": latencies(steps), "PEER_PROMISES": promises(steps),
            "PEER_COMMIT": results["commit"], "PEER_DATE": results["machine"]["date"][:10],
            "PEER_ROUNDS": str(len(next(iter(most(steps).values()))))}
