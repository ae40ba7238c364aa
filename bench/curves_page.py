"""The results of bench/curves and bench/fleet as pictures and Markdown, for bench/report.py."""

import dataclasses
import json
import sys

from fleet_model import ROWS, Costs, Load, Shape, predict
from fleet_size import apart
from machine import ROOT
from pictures import COLOURS, INK, figure, write

RESULTS = ROOT / "bench/results"
CURVES = {"connections": "connections", "policies": "policies", "coupons": "coupons issued before", "partitions": "partitions",
          "edges": "edges", "linger": "linger.ms"}
PARTS = {"edge": "edge", "issuers": "issuer", "brokers": "other", "database": "partition"}  # process → its colour
FAR = {"partitions": 30, "edges": 50}  # how far the law is drawn
RATE_FAR = 100_000  # winners a second of the table


def read(name):
    file = RESULTS / name
    if not file.exists():
        sys.exit(f"bench/report.py: {file.relative_to(ROOT)} is missing: run make bench-curves")
    return json.loads(file.read_text())


def points(curve):
    """[(x, measured)]"""
    return [(value.get("connections", float(x)), value) for x, [value, *_] in curve.items()]


def law(costs, curve, x, rate):
    """µs of a winner by process: what the law says for this point."""
    shape = Shape(edges=int(x) if curve == "edges" else 1, issuers=1, brokers=1, partitions=int(x) if curve == "partitions" else 3,
                  policies=60)
    nothing = dataclasses.replace(costs, idle_edge=0, idle_issuers=0, idle_broker=0, idle_database=0)
    found = predict(nothing, shape, Load(rate, 0))
    return {name: found[name] * (shape.edges if name == "edge" else 1) / rate * 1e6 for name in PARTS}


def label(axes, name):
    axes.set_xscale("log")
    axes.set_xlabel(CURVES[name])
    axes.minorticks_off()
    if axes.get_yscale() == "linear":
        axes.set_ylim(0, 1.08 * axes.get_ylim()[1])


def draw_costs(steps, costs):
    drawing, all_axes = figure(5.6, 2, 3)
    for axes, name in zip(all_axes.flat, CURVES):
        if name not in steps:
            axes.set_visible(False)
            continue
        measured = points(steps[name])
        for part, colour in PARTS.items():
            if part in measured[0][1]:
                axes.plot(*zip(*((x, value[part]) for x, value in measured)), marker="o", markersize=3, color=COLOURS[colour], label=part)
        if name in FAR:
            xs = [x for x in (1, 2, 3, 4, 6, 10, 20, 30, 50) if x <= FAR[name]]
            for part, colour in PARTS.items():
                axes.plot(xs, [law(costs, name, x, measured[0][1]["rate"])[part] for x in xs], "--", linewidth=1, color=COLOURS[colour])
        label(axes, name)
    all_axes[0][0].set_ylabel("µs of a winner")
    all_axes[1][0].set_ylabel("µs of a winner")
    all_axes[1][2].legend(frameon=False, fontsize=8)
    write(drawing, "curves-cost.svg", "What a winner costs, against one quantity at a time")


def draw_latencies(steps):
    drawing, all_axes = figure(5.2, 2, 3)
    for axes, name in zip(all_axes.flat, CURVES):
        if name not in steps:
            axes.set_visible(False)
            continue
        measured = points(steps[name])
        for percentile, colour in (("p50", COLOURS["edge"]), ("p99", INK)):
            axes.plot(*zip(*((x, value[percentile]) for x, value in measured)), marker="o", markersize=3, color=colour, label=percentile)
        if name == "connections":
            axes.set_yscale("log")
            axes.plot(*zip(*((x, 1e3 * x / value["rate"]) for x, value in measured)), "--", linewidth=1, color=COLOURS["journal"])
        label(axes, name)
    all_axes[0][0].set_ylabel("ms")
    all_axes[1][0].set_ylabel("ms")
    all_axes[1][2].legend(frameon=False, fontsize=8)
    write(drawing, "curves-latency.svg", "How long a winner waits, against one quantity at a time")


def rows(header, lines):
    return "\n".join([f"| {' | '.join(header)} |", "|" + "---|" * len(header), *(f"| {' | '.join(line)} |" for line in lines)])


def flatness(steps):
    """For each curve: the cost at its smallest and its largest load, and their ratio."""
    def cost(value):
        return sum(value[part] for part in PARTS if part in value)

    def line(name):
        measured = points(steps[name])
        (first, cheap), (last, dear) = measured[0], measured[-1]
        return [name, f"{first:,.10g} to {last:,.10g}", f"{cost(cheap):.1f}", f"{cost(dear):.1f}", f"{cost(dear) / cost(cheap):.2f}",
                f"{cheap['p50']:.1f} / {cheap['p99']:.1f}", f"{dear['p50']:.1f} / {dear['p99']:.1f}"]

    return rows(["curve", "from, to", "µs of a winner, at first", "at last", "ratio", "ms p50 / p99, at first", "at last"],
                [line(name) for name in CURVES if name in steps])


def fleet_table(fleet):
    def line(name):
        words, unit, divisor = ROWS[name]
        pair = [fleet[kind][name] / divisor for kind in ("predicted", "measured")]
        return [f"{words}, {unit}", *(f"{value:,.0f}" if value >= 100 else f"{value:.3g}" for value in pair), f"{pair[1] / pair[0]:.2f}"]

    return rows(["", "predicted", "measured", "ratio"], [line(name) for name in ROWS])


def far_table(costs):
    """The law for 50 edges, by partitions."""
    lines = []
    for edges in (4, 50):
        for partitions in (3, 30):
            found = predict(apart(costs), Shape(edges=edges, issuers=2, brokers=3, partitions=partitions, copies=3), Load(RATE_FAR, 0))
            lines.append([f"{edges}", f"{partitions}", f"{RATE_FAR / found['batches']:.1f}", f"{found['batches']:,.0f}",
                          f"{found['requests to brokers']:,.0f}", f"{found['edge']:.2f}", f"{found['brokers']:.1f}"])
    return rows(["edges", "partitions", "records in a batch", "batches/s", "requests to brokers/s", "cores of an edge", "cores of all brokers"],
                lines)


def tables():
    """Words in the template → Markdown; draws the pictures."""
    curves, fleet = read("curves.json"), read("fleet.json")
    costs, steps = Costs.of(fleet["costs"]), curves["steps"]
    draw_costs(steps, costs)
    draw_latencies(steps)
    hot = {x: value for x, [value, *_] in steps["hot"].items()}
    return {"CURVES": flatness(steps), "FLEET": fleet_table(fleet), "FAR": far_table(costs), "FAR_RATE": f"{RATE_FAR:,}",
            "HOT": "; ".join(f"{x} {'policy' if x == '1' else 'policies'}: {value['rate']:,.0f}/s, {value['edge']:.1f} µs of the edge"
                             for x, value in hot.items()),
            "CURVES_COMMIT": curves["commit"], "CURVES_DATE": curves["machine"]["date"][:10]}
