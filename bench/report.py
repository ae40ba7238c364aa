#!/usr/bin/env python3
"""Results of bench/run as a page for people: docs/performance.md, with its plots beside it.

  bench/run --out bench/results/latest.json && bench/report.py bench/results/latest.json
"""

import html
import json
import math
import pathlib
import sys

from machine import ROOT

DOCS = ROOT / "docs"
PLOTS = DOCS / "performance"
COLOURS = {"edge": "#2f6f9f", "journal": "#c8553d", "partition": "#e0a458", "issuer": "#588157", "other": "#8d99ae"}
STYLE = ("<style>text{font:13px system-ui,sans-serif;fill:#1b1f24}.quiet{fill:#6b7280}.line{stroke:#9ca3af;stroke-width:1}"
         "@media(prefers-color-scheme:dark){text{fill:#e5e7eb}.quiet{fill:#9ca3af}}</style>")


def svg(width, height, parts, title):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-label="{html.escape(title)}">{STYLE}{"".join(parts)}</svg>\n')


def text(x, y, words, anchor="start", quiet=False):
    kind = ' class="quiet"' if quiet else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{kind}>{html.escape(str(words))}</text>'


def bar(x, y, width, colour, height=18):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{height}" rx="2" fill="{colour}"/>'


def plot_rates(rates):
    """Answers a second of each path: bars of medians, thin lines from the lowest to the highest round."""
    left, width, row = 130, 470, 30
    most = max(max(values) for values in rates.values())
    scale = width / most
    parts = []
    for number, (name, values) in enumerate(rates.items()):
        y = 12 + number * row
        middle = sorted(values)[len(values) // 2]
        colour = COLOURS["other"] if name in ("epoll", "fixed") else COLOURS["edge"]
        parts += [text(left - 10, y + 14, name, "end"), bar(left, y, middle * scale, colour),
                  f'<line class="line" x1="{left + min(values) * scale:.1f}" x2="{left + max(values) * scale:.1f}" '
                  f'y1="{y + 9}" y2="{y + 9}"/>', text(left + max(values) * scale + 8, y + 14, f"{middle:,.0f}/s", quiet=True)]
    return svg(left + width + 110, 12 + row * len(rates), parts, "Answers a second by path")


def by_stage(threads):
    """Threads by the stage of the flow they belong to."""
    stages = dict.fromkeys(COLOURS, 0.0)
    for thread, spent in threads.items():
        stage = thread.split("-")[0]
        stages["edge" if stage == "edge" else stage if stage in stages else "other"] += spent
    return {stage: spent for stage, spent in stages.items() if spent >= 0.05}


def plot_cpu(cpu):
    """Where the processor's time of one request goes, a bar a path, a colour a stage."""
    left, width, row = 130, 470, 30
    paths = {name: by_stage(threads) for name, threads in cpu.items()}
    scale = width / max(sum(stages.values()) for stages in paths.values())
    parts = []
    for number, (name, stages) in enumerate(paths.items()):
        y, x = 12 + number * row, left
        parts.append(text(left - 10, y + 14, name, "end"))
        for stage, spent in stages.items():
            parts.append(bar(x, y, spent * scale, COLOURS[stage]))
            x += spent * scale
        parts.append(text(x + 8, y + 14, f"{sum(stages.values()):.1f} µs", quiet=True))
    x, y = left, 12 + row * len(paths)
    for stage in [s for s in COLOURS if any(s in stages for stages in paths.values())]:
        parts += [bar(x, y + 4, 12, COLOURS[stage], 12), text(x + 18, y + 15, stage, quiet=True)]
        x += 95
    return svg(left + width + 110, y + 26, parts, "Processor time of a request by stage")


def plot_latency(rounds):
    """Latency at half of the most: final answers and the fixed answer, by percentile, on a logarithmic scale."""
    names = ["p50", "p90", "p99", "p99.9"]
    lines = {"final answer": ("latencyMs", COLOURS["edge"]), "fixed answer": ("fixedMs", COLOURS["other"])}
    points = {label: [sorted(one["half"][key][name] for one in rounds)[len(rounds) // 2] for name in names]
              for label, (key, _) in lines.items()}
    everything = [value for values in points.values() for value in values]
    low, high = math.log10(min(everything) / 1.5), math.log10(max(everything) * 1.5)
    left, top, width, height = 70, 16, 480, 200

    def at(index, value):
        return left + 40 + index * (width - 80) / (len(names) - 1), top + height * (1 - (math.log10(value) - low) / (high - low))

    parts = [f'<line class="line" x1="{left}" x2="{left}" y1="{top}" y2="{top + height}"/>',
             f'<line class="line" x1="{left}" x2="{left + width}" y1="{top + height}" y2="{top + height}"/>']
    for tick in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200):
        if low <= math.log10(tick) <= high:
            parts.append(text(left - 8, at(0, tick)[1] + 4, f"{tick:g} ms", "end", quiet=True))
    for index, name in enumerate(names):
        parts.append(text(at(index, 10 ** low)[0], top + height + 20, name, "middle", quiet=True))
    for above, (label, (_, colour)) in zip((True, False), lines.items()):
        places = [at(index, value) for index, value in enumerate(points[label])]
        parts.append('<polyline fill="none" stroke-width="2.5" stroke="%s" points="%s"/>' %
                     (colour, " ".join(f"{x:.1f},{y:.1f}" for x, y in places)))
        for (x, y), value in zip(places, points[label]):
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>', text(x, y - 9 if above else y + 19, f"{value:.2f}", "middle", quiet=True)]
        parts.append(text(places[-1][0] + 14, places[-1][1] + 4, label))
    return svg(left + width + 90, top + height + 32, parts, "Latency at half of the most")


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
    http, latency = scenarios["http"]["details"], scenarios["open-loop"]["details"]
    PLOTS.mkdir(parents=True, exist_ok=True)
    (PLOTS / "rates.svg").write_text(plot_rates(http["rates"]))
    (PLOTS / "microseconds.svg").write_text(plot_cpu(http["cpuMicrosecondsByThread"]))
    (PLOTS / "latency.svg").write_text(plot_latency(latency["rounds"]))
    page = (ROOT / "bench" / "performance.md.in").read_text()
    filled = {"MACHINE": f"{machine['cores']} cores of {machine['cpu']}, {machine['memoryGiB']} GiB, Linux {machine['kernel']}",
              "COMMIT": ", ".join(dict.fromkeys(measured)), "DATE": machine["date"][:10], "ROUNDS": str(results["rounds"]),
              "SECONDS": str(results["seconds"]), "TABLE": table(results),
              "STAGES": stages_in_words(http["cpuMicrosecondsByThread"])}
    for name, words in filled.items():
        page = page.replace(f"@{name}@", words)
    (DOCS / "performance.md").write_text(page)


if __name__ == "__main__":
    main()
