"use strict";
// data.run is what --json prints. Texts get into the page by textContent only.
const data = JSON.parse(document.getElementById("data").textContent);
const { run } = data;
const main = document.querySelector("main");

// --- text

const count = (number) => Math.round(number).toLocaleString("en-US");
const plural = (number, noun) => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;

/** Three digits: 850 µs, 3.14 ms, 12.0 s */
function duration(ms) {
  if (ms == null) return "";
  let [value, unit] = ms < 1 ? [ms * 1e3, "µs"] : [ms, "ms"];
  if (unit === "µs" && value >= 999.5) [value, unit] = [value / 1e3, "ms"];
  if (unit === "ms" && value >= 999.5) [value, unit] = [value / 1e3, "s"];
  return `${value.toFixed(unit === "µs" || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2)} ${unit}`;
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
const cells = (name, texts) => texts.map((text) => element(name, {}, text));

// --- the run

/** The class of page.css with the colour of a result. */
const styles = {
  SUCCESS: "success", ALREADY_ISSUED: "again", SOLD_OUT: "sold-out", NOT_STARTED: "closed", ENDED: "closed", PAUSED: "closed",
  CLOSED: "closed", UNKNOWN_POLICY: "closed", NOT_ELIGIBLE: "closed", REFUSED: "closed", ACCEPTED: "success", UNCHANGED: "again",
  ALREADY_USED: "sold-out", RESERVED: "sold-out", CANCELLED: "sold-out", EXPIRED: "closed", PENDING: "pending", OVERLOADED: "overloaded", UNAVAILABLE: "overloaded",
  OTHER_REFUSAL: "overloaded", BROKEN_OFF: "cut-off",
};
const styleOf = (outcome) => styles[outcome] ?? "broken";

function header() {
  const { plan } = run;
  const loop = plan.loop === "open" ? `open loop, ${count(plan.rate)} requests per second over up to ` : "closed loop, ";
  const users = plan.users > 0 ? plural(plan.users, "user") : "every request from a new user";
  const made = element("header", {}, element("h1", {}, "firstcome bench"),
    element("p", {}, `${plan.servers.join(", ")} · ${run.startedAt} · version ${run.version}`, element("br"),
      `${loop}${plural(plan.connections, "connection")}, ${users}`));
  if (!run.checks) return made;
  const violations = run.checks.reduce((sum, check) => sum + check.violations, 0);
  made.append(violations === 0
    ? element("p", { className: "verdict kept" }, "Every promise that the bench can judge was kept.")
    : element("p", { className: "verdict broken" }, `${plural(violations, "violation")} of the promises: see below.`));
  return made;
}

function tiles() {
  const latency = run.latencyMs;
  const shown = [
    [count(Math.floor(run.rate)), "answers per second"],
    [count(run.answered + (run.fixedMs?.count ?? 0)), `answers in ${run.seconds.toFixed(1)} s`],
    [duration(latency.p50), "median"], [duration(latency.p99), "99 %"], [duration(latency["p99.9"]), "99.9 %"],
    [count(run.outcomes.SUCCESS?.count ?? 0), "SUCCESS"],
  ];
  if (run.dropped > 0) shown.push([count(run.dropped), "dropped"]);
  if (run.p99OverFixed > 0) shown.push([`${run.p99OverFixed.toFixed(1)} ×`, "p99 against fixed"]);
  return element("div", { className: "tiles" },
    ...shown.map(([value, what]) => element("div", {}, element("b", {}, value), what)));
}

function section(title, ...children) {
  return element("section", {}, element("h2", {}, title), ...children);
}

function answers() {
  const row = (name, style, of) => element("tr", {},
    element("td", {}, element("span", { className: `key ${style}` }, name)),
    ...cells("td", [count(of.count), ...["p50", "p90", "p99", "p99.9", "max"].map((share) => duration(of[share]))]));
  const table = element("table", {},
    element("tr", {}, ...cells("th", ["", "requests", "50%", "90%", "99%", "99.9%", "max"])));
  for (const [outcome, of] of Object.entries(run.outcomes)) {
    table.append(row(data.words[outcome], styleOf(outcome), of));
  }
  table.append(row("all answers", "all", run.latencyMs));
  if (run.plan.loop === "open") table.append(row("from the real send", "service", run.serviceMs));
  if (run.fixedMs) table.append(row("fixed answer", "fixed", run.fixedMs));
  const troubles = element("ul", { className: "troubles" }, ...cells("li", run.troubles));
  return section("Answers", element("div", { className: "wide" }, table), ...(run.troubles.length > 0 ? [troubles] : []));
}

function promises() {
  const table = element("table", { className: "checks" },
    element("tr", {}, ...cells("th", ["", "what must hold", "judged", ""])));
  for (const check of run.checks) {
    const promise = element("td", {}, check.promise);
    for (const text of check.first) promise.append(element("br"), element("em", {}, text));
    for (const text of check.notes) promise.append(element("br"), element("small", {}, text));
    const style = check.violations > 0 ? "broken" : check.lookedAt > 0 ? "kept" : "";
    table.append(element("tr", {}, element("td", {}, check.check), promise,
      element("td", {}, check.lookedAt > 0 ? `${count(check.lookedAt)} ${check.unit}` : ""),
      element("td", { className: style }, check.verdict)));
  }
  return section("Promises", element("div", { className: "wide" }, table));
}

// --- charts

/** Merges neighbouring samples, so that a long run has at most 200 columns. */
function columns() {
  const together = Math.ceil(run.beats.length / 200);
  const made = [];
  run.beats.forEach((beat, i) => {
    const from = i === 0 ? 0 : run.beats[i - 1].until;
    // The last sample may have only a few ms. A rate over so short a time is meaningless.
    const isShort = i + 1 === run.beats.length && beat.until - from < run.beats[0].until / 2;
    if (i % together === 0 && (i === 0 || !isShort)) {
      made.push({ from, answered: 0, fixed: 0, dropped: 0, outcomes: {}, median: null, p99: null });
    }
    const column = made.at(-1);
    column.until = beat.until;
    column.left = beat.left;
    column.fixed += beat.fixed ?? 0;
    column.dropped += beat.dropped ?? 0;
    for (const [outcome, of] of Object.entries(beat.outcomes ?? {})) {
      column.outcomes[outcome] = (column.outcomes[outcome] ?? 0) + of;
    }
    if (beat.answered === 0) return;
    const all = column.answered + beat.answered;
    column.median = ((column.median ?? 0) * column.answered + beat.p50 * beat.answered) / all;
    column.p99 = Math.max(column.p99 ?? 0, beat.p99);
    column.answered = all;
  });
  return made;
}

const times = columns();
const perSecond = (column, of) => (column.until > column.from ? of / (column.until - column.from) : 0);
const middles = times.map((column) => (column.from + column.until) / 2);
const seconds = (value) => `${Number(value.toFixed(2))} s`;
/** Zero has no logarithm. */
const positive = (value) => (value > 0 ? value : null);

const drawn = [];

/** lines: {name, style, values, shown = values, area}. */
function chart(title, note, { x, xText, xSplits, lines, yText, logarithmic = false, sync }) {
  const at = element("div");
  let plot;
  const made = section(title, element("p", { className: "note" }, note), at);
  const draw = () => {
    at.replaceChildren();
    const colour = (style) => {
      const probe = at.appendChild(element("i", { className: style }));
      const found = getComputedStyle(probe).getPropertyValue("--c").trim();
      probe.remove();
      return found;
    };
    const page = getComputedStyle(document.documentElement);
    const axis = {
      stroke: page.getPropertyValue("--soft").trim(),
      grid: { stroke: page.getPropertyValue("--grid").trim(), width: 1 },
      ticks: { show: false },
    };
    const options = {
      width: at.clientWidth, height: 280,
      cursor: sync ? { sync: { key: sync } } : {},
      scales: {
        x: { time: false },
        y: logarithmic ? { distr: 3 } : { range: (_, __, most) => [0, most > 0 ? most * 1.05 : 1] },
      },
      axes: [
        { ...axis, size: 32, values: (_, splits) => splits.map(xText), ...(xSplits ? { splits: () => xSplits } : {}) },
        { ...axis, size: 70, values: (_, splits) => splits.map((value) => (value == null ? "" : yText(value))) },
      ],
      series: [
        { label: sync ? "time" : "share", value: (_, value) => (value == null ? "" : xText(value)) },
        ...lines.map((line) => ({
          label: line.name, width: line.area ? 0 : 2, stroke: colour(line.style), points: { show: x.length < 3 },
          dash: ["fixed", "service"].includes(line.style) ? [5, 4] : undefined,
          fill: line.area ? colour(line.style) : undefined,
          value: (_, __, ___, i) => (i == null || line.shown[i] == null ? "" : yText(line.shown[i])),
        })),
      ],
    };
    plot = new uPlot(options, [x, ...lines.map((line) => line.values)], at);
  };
  addEventListener("resize", () => plot.setSize({ width: at.clientWidth, height: 280 }));
  drawn.push(draw);
  return made;
}
const line = (name, style, values) => ({ name, style, values, shown: values });

function latencyByPercentile() {
  const shares = [[0, "0%"], [0.5, "50%"], [0.9, "90%"], [0.99, "99%"], [0.999, "99.9%"], [0.9999, "99.99%"], [0.99999, "99.999%"]];
  const most = Math.max(...data.curves.map((curve) => curve.ms.length));
  const x = Array.from({ length: most }, (_, i) => i / data.stepsANine);
  const marks = shares.map(([share]) => -Math.log10(1 - share));
  const lines = data.curves.map((curve) => line(curve.name, curve.outcome ? styleOf(curve.outcome) : curve.style,
    x.map((_, i) => (i < curve.ms.length ? curve.ms[i] : null))));
  const text = (nines) => shares.find(([share]) => Math.abs(-Math.log10(1 - share) - nines) < 1e-9)?.[1] ??
    `${Number((100 * (1 - 10 ** -nines)).toFixed(Math.max(0, Math.ceil(nines))))}%`;
  return chart("Latency by percentile",
    run.plan.loop === "open" ? "From the time when each request was due to the end of its response."
      : "From the first byte of the request to the last byte of the response.",
    { x, xText: text, xSplits: marks.filter((mark) => mark > 0 && mark <= x.at(-1)), lines, yText: duration, logarithmic: true });
}

function rate() {
  const lines = [line("answers", "all", times.map((column) => perSecond(column, column.answered)))];
  if (run.fixedMs) lines.push(line("fixed answers", "fixed", times.map((column) => perSecond(column, column.fixed))));
  if (run.dropped > 0) lines.push(line("dropped", "broken", times.map((column) => perSecond(column, column.dropped))));
  if (times.some((column) => column.left != null)) {
    // Only in the legend, not drawn.
    lines.push({ name: "coupons left", style: "success", values: times.map(() => null), shown: times.map((column) => column.left) });
  }
  return chart("Rate", "Answers per second, all results together.", { x: middles, xText: seconds, lines, yText: count, sync: "time" });
}

/** Each layer is drawn down to zero, over the higher layers. */
function outcomes() {
  const sum = times.map(() => 0);
  const layers = Object.keys(run.outcomes).map((outcome) => {
    const shown = times.map((column) => perSecond(column, column.outcomes[outcome] ?? 0));
    return { name: data.words[outcome], style: styleOf(outcome), shown, area: true, values: shown.map((value, i) => (sum[i] += value)) };
  });
  return chart("Results", "Requests per second by result.",
    { x: middles, xText: seconds, lines: layers.reverse(), yText: count, sync: "time" });
}

function latency() {
  const lines = [
    line("99%", "broken", times.map((column) => positive(column.p99))),
    line("median", "all", times.map((column) => positive(column.median)))];
  return chart("Latency", "Of the answers that arrived at that time.",
    { x: middles, xText: seconds, lines, yText: duration, logarithmic: true, sync: "time" });
}

const answered = run.latencyMs.count > 0;
main.replaceChildren(header(), tiles(),
  ...(data.curves.length > 0 ? [latencyByPercentile()] : []), rate(), outcomes(),
  ...(answered ? [latency()] : []), answers(), ...(run.checks ? [promises()] : []));
const drawAll = () => drawn.forEach((draw) => draw());
drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
