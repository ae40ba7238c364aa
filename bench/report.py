#!/usr/bin/python3
"""Results of bench/run as a page: docs/performance.md and its plots, and the figures in both READMEs.

  bench/run --out bench/results/latest.json && bench/report.py bench/results/latest.json

The comparison with other designs is read from bench/results/peers.json, which bench/peers/run writes, and the curves from
curves.json and fleet.json beside it, which bench/curves and bench/fleet write.
"""

import json
import pathlib
import sys

from matplotlib import ticker

import curves_page
import readme_tables
from machine import ROOT
from peers import page as peers
from pictures import COLOURS, INK, figure, write

PEERS = ROOT / "bench/results/peers.json"
DOCS = ROOT / "docs"


def bars(axes, names):
    """Horizontal bars from the top down. Each has its figure at its end, so there is no scale."""
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.margins(x=0.16)
    axes.tick_params(length=0)
    axes.spines[["bottom", "left"]].set_visible(False)


def median(values):
    return sorted(values)[len(values) // 2]


def plot_rates(rates, picture, title, is_other):
    """Answers per second by name: bars of medians, thin lines from the lowest to the highest round."""
    drawing, axes = figure(0.4 * len(rates))
    for row, (name, values) in enumerate(rates.items()):
        middle = median(values)
        axes.barh(row, middle, 0.6, color=COLOURS["other" if is_other(name) else "edge"])
        axes.hlines(row, min(values), max(values), color=INK, linewidth=1)
        axes.annotate(f"{middle:,.0f}/s", (max(values), row), (6, 0), textcoords="offset points", va="center")
    bars(axes, list(rates))
    write(drawing, picture, title)


def by_stage(threads):
    """Threads by their stage of the flow."""
    stages = dict.fromkeys(COLOURS, 0.0)
    for thread, spent in threads.items():
        stage = thread.split("-")[0]
        stages["edge" if stage == "edge" else stage if stage in stages else "other"] += spent
    return {stage: spent for stage, spent in stages.items() if spent >= 0.05}


def plot_cpu(cpu):
    """Processor time of one request: a bar for each path, a colour for each stage."""
    drawing, axes = figure(0.4 * len(cpu) + 0.4)
    for row, threads in enumerate(cpu.values()):
        left = 0.0
        for stage, spent in by_stage(threads).items():
            axes.barh(row, spent, 0.6, left, color=COLOURS[stage], label=stage)
            left += spent
        axes.annotate(f"{left:.1f} µs", (left, row), (6, 0), textcoords="offset points", va="center")
    bars(axes, list(cpu))
    handles = dict(zip(*reversed(axes.get_legend_handles_labels())))
    shown = [stage for stage in COLOURS if stage in handles]
    axes.legend([handles[stage] for stage in shown], shown, loc="upper left", bbox_to_anchor=(0, 0), ncol=len(shown), frameon=False)
    write(drawing, "microseconds.svg", "Processor time of a request by stage")


def plot_latency(rounds):
    """Latency at half of the maximum rate: final answers and the fixed answer, by percentile, on a logarithmic scale."""
    names = ["p50", "p90", "p99", "p99.9"]
    drawing, axes = figure(3)
    for label, key, colour, above in (("final answer", "latencyMs", "edge", True), ("fixed answer", "fixedMs", "other", False)):
        values = [median([one["half"][key][name] for one in rounds]) for name in names]
        axes.plot(names, values, marker="o", color=COLOURS[colour])
        for name, value in zip(names, values):
            axes.annotate(f"{value:.2f}", (name, value), (0, 8 if above else -16), textcoords="offset points", ha="center")
        axes.annotate(label, (names[-1], values[-1]), (16, 0), textcoords="offset points", va="center")
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_minor_locator(ticker.NullLocator())
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g} ms")
    axes.margins(y=0.15)
    write(drawing, "latency.svg", "Latency at half of the most")


def table(results):
    lines = ["| what | measured, median (spread) | target | |", "|---|---|---|---|"]
    for scenario in results["scenarios"].values():
        for figure in scenario["figures"]:
            unit = figure["unit"]
            spread = f"{figure['median']:.2f}{unit} ({figure['low']:.2f} to {figure['high']:.2f})"
            bound = "" if figure["target"] is None else f"{'≥' if figure['at_least'] else '≤'} {figure['target']:g}{unit}"
            met = {True: "met", False: "**missed**", None: ""}[figure["met"]]
            behind = "; ".join(f"{name} {value:,.2f}" if value < 100 else f"{name} {value:,.0f}"
                               for name, value in figure["rates"].items())
            lines.append(f"| {figure['name']}{f'<br><small>{behind}</small>' if behind else ''} | {spread} | {bound} | {met} |")
    return "\n".join(lines)


def stages_in_words(cpu):
    lines = ["| path | " + " | ".join(COLOURS) + " | all |", "|---|" + "---|" * (len(COLOURS) + 1)]
    for name, threads in cpu.items():
        stages = by_stage(threads)
        lines.append(f"| {name} | " + " | ".join(f"{stages[s]:.1f}" if s in stages else "" for s in COLOURS) +
                     f" | {sum(stages.values()):.1f} |")
    return "\n".join(lines)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: bench/report.py RESULTS.json")
    results = json.loads(pathlib.Path(sys.argv[1]).read_text())
    measured = [scenario.get("commit", results["machine"]["commit"]) for scenario in results["scenarios"].values()]
    machine, scenarios = results["machine"], results["scenarios"]
    if missing := [name for name in ("http", "open-loop") if name not in scenarios]:
        sys.exit(f"bench/report.py: {sys.argv[1]} lacks {', '.join(missing)}: run bench/run without naming scenarios")
    if not PEERS.exists():
        sys.exit(f"bench/report.py: {PEERS.relative_to(ROOT)} is missing: run make bench-peers")
    compared = json.loads(PEERS.read_text())
    http, latency = scenarios["http"]["details"], scenarios["open-loop"]["details"]
    plot_rates(http["rates"], "rates.svg", "Answers a second by path", lambda name: name in ("epoll", "fixed"))
    plot_rates(peers.most(compared["steps"]), "peers.svg", "Answers a second by design", lambda name: not peers.is_own(name))
    plot_cpu(http["cpuMicrosecondsByThread"])
    plot_latency(latency["rounds"])
    page = (ROOT / "bench" / "performance.md.in").read_text()
    filled = {"MACHINE": f"{machine['cores']} cores of {machine['cpu']}, {machine['memoryGiB']} GiB, Linux {machine['kernel']}",
              "COMMIT": ", ".join(dict.fromkeys(measured)), "DATE": machine["date"][:10], "ROUNDS": str(results["rounds"]),
              "SECONDS": str(results["seconds"]), "TABLE": table(results),
              "STAGES": stages_in_words(http["cpuMicrosecondsByThread"]), **peers.tables(compared), **curves_page.tables()}
    for name, words in filled.items():
        page = page.replace(f"@{name}@", words)
    (DOCS / "performance.md").write_text(page)
    readme_tables.write(results, compared["steps"])


if __name__ == "__main__":
    main()
