#include "load/page_charts.h"

#include <algorithm>
#include <cmath>

#include "load/chart.h"
#include "load/words.h"

namespace firstcome::load {
namespace {

constexpr std::size_t kColumns = 200;

std::string latency_words(double ns) {
  if (ns < 1e3) return decimal(ns, 0) + " ns";
  if (ns < 1e6) return decimal(ns / 1e3, 0) + " µs";
  if (ns < 1e9) return decimal(ns / 1e6, 0) + " ms";
  return decimal(ns / 1e9, 0) + " s";
}

std::string count_words(double count) { return with_commas(std::llround(count)); }

std::string second_words(double seconds) {
  return decimal(seconds, seconds == std::floor(seconds)             ? 0
                          : seconds * 10 == std::floor(seconds * 10) ? 1
                                                                     : 2) +
         " s";
}

/// Neighbouring beats taken together, so that a long run has no more columns than can be told apart.
struct Column {
  double from = 0;
  double until = 0;
  Counts counts{};
  std::int64_t answered = 0;
  std::int64_t fixed = 0;
  std::int64_t dropped = 0;
  std::optional<std::int64_t> left;
  double median = 0;  ///< ns; the average over the beats by their answers
  double p99 = 0;     ///< ns; the highest of the beats

  void add(const Beat& beat) {
    until = beat.until;
    for (std::size_t i = 0; i < kOutcomes; ++i) counts[i] += beat.counts[i];
    fixed += beat.fixed;
    dropped += beat.dropped;
    left = beat.left;
    if (beat.answered == 0) return;
    const auto before = static_cast<double>(answered);
    const auto now = static_cast<double>(beat.answered);
    median = (median * before + static_cast<double>(beat.median.count()) * now) / (before + now);
    p99 = std::max(p99, static_cast<double>(beat.p99.count()));
    answered += beat.answered;
  }
  [[nodiscard]] double per_second(std::int64_t count) const {
    return until > from ? static_cast<double>(count) / (until - from) : 0;
  }
  [[nodiscard]] double middle() const { return (from + until) / 2; }
};

std::vector<Column> columns(const RunResult& run) {
  const std::size_t together = (run.beats.size() + kColumns - 1) / kColumns;
  std::vector<Column> columns;
  for (std::size_t i = 0; i < run.beats.size(); ++i) {
    // The last beat ends with the run: a rate over a few ms of it would say nothing.
    const bool torso = i + 1 == run.beats.size() && run.beats[i].seconds < run.beats[0].seconds / 2;
    if (i % together == 0 && (i == 0 || !torso)) {
      columns.push_back({.from = i == 0 ? 0 : run.beats[i - 1].until});
    }
    columns.back().add(run.beats[i]);
  }
  return columns;
}

std::vector<Hint> hints(const std::vector<Column>& columns) {
  std::vector<Hint> hints;
  for (const Column& column : columns) {
    std::string text = second_words(std::round(column.until * 10) / 10) + ": " +
                       count_words(column.per_second(column.answered)) + " answers/s";
    if (column.answered > 0) {
      text += ", median " + in_words(nanoseconds{std::llround(column.median)}) + ", 99% " +
              in_words(nanoseconds{std::llround(column.p99)});
    }
    if (column.fixed > 0) text += ", fixed " + count_words(column.per_second(column.fixed)) + "/s";
    if (column.dropped > 0) text += ", dropped " + count_words(column.per_second(column.dropped)) + "/s";
    for (std::size_t i = 0; i < kOutcomes; ++i) {
      if (column.counts[i] == 0) continue;
      text += "\n" + std::string(words_for(static_cast<Outcome>(i))) + " " + with_commas(column.counts[i]);
    }
    if (column.left) text += "\n" + with_commas(*column.left) + " coupons left";
    hints.push_back({column.from, column.until, text});
  }
  return hints;
}

Axis time_axis(const std::vector<Column>& columns) {
  return linear_axis(columns.empty() ? 1 : columns.back().until, second_words);
}

std::string figure(const std::string& heading, const std::string& explanation, std::span<const Series> series,
                   const std::string& chart) {
  return "<section><h2>" + heading + "</h2>\n<p class=\"note\">" + explanation + "</p>\n" + chart +
         legend(series) + "</section>\n";
}

/// By 1 / (1 - share), so that each nine is as wide as the one before.
Series percentile_curve(const std::string& name, const std::string& style, const Latencies& latencies) {
  Series curve{name, style, {}};
  const double most = std::log10(static_cast<double>(latencies.count()));
  for (int i = 0; i <= 300; ++i) {
    const double nines = std::min(most, i / 50.0);
    const double share = 1 - std::pow(10, -nines);
    curve.points.emplace_back(nines, std::max(1.0, static_cast<double>(latencies.at(share).count())));
    if (nines >= most) break;
  }
  return curve;
}

Axis percentile_axis(double nines) {
  Axis axis{.high = std::clamp(nines, 1.0, 6.0)};
  for (const auto& [share, words] : {std::pair{0.0, "0%"},
                                     {0.5, "50%"},
                                     {0.9, "90%"},
                                     {0.99, "99%"},
                                     {0.999, "99.9%"},
                                     {0.9999, "99.99%"},
                                     {0.99999, "99.999%"}}) {
    const double place = -std::log10(1 - share);
    if (place <= axis.high) axis.marks.emplace_back(place, words);
  }
  return axis;
}

template <class Value>
Series over_time(const std::string& name, const std::string& style, const std::vector<Column>& columns,
                 Value value) {
  Series series{name, style, {}};
  for (const Column& column : columns) series.points.emplace_back(column.middle(), value(column));
  // To both edges, so that the drawing does not end half a column before the run.
  if (!series.points.empty()) {
    series.points.insert(series.points.begin(), {columns.front().from, series.points.front().second});
    series.points.emplace_back(columns.back().until, series.points.back().second);
  }
  return series;
}

double highest(std::span<const Series> series) {
  double most = 0;
  for (const Series& one : series) {
    for (const auto& [_, value] : one.points) most = std::max(most, value);
  }
  return most;
}

}  // namespace

std::string style_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::Success: return "success";
    case Outcome::AlreadyIssued: return "again";
    case Outcome::SoldOut: return "sold-out";
    case Outcome::NotStarted:
    case Outcome::Ended:
    case Outcome::Paused:
    case Outcome::Closed:
    case Outcome::UnknownPolicy: return "closed";
    case Outcome::Pending: return "pending";
    case Outcome::Overloaded:
    case Outcome::Unavailable:
    case Outcome::OtherRefusal: return "overloaded";
    case Outcome::CutOff: return "cut-off";
    case Outcome::OutcomeUnknown:
    case Outcome::Unreadable:
    case Outcome::Broken:
    case Outcome::GaveUp: return "broken";
  }
  return {};
}

std::string latency_by_percentile(const Summary& summary) {
  const Tally& tally = summary.run.tally;
  std::vector<Series> curves;
  const Latencies answers = tally.of_answers();
  double low = 1e12;
  double high = 0;
  const auto add = [&](const std::string& name, const std::string& style, const Latencies& latencies) {
    if (latencies.count() < 10) return;
    curves.push_back(percentile_curve(name, style, latencies));
    low = std::min(low, static_cast<double>(latencies.at(0.001).count()));
    high = std::max(high, static_cast<double>(latencies.most().count()));
  };
  add("fixed answer", "fixed", tally.fixed);
  for (const Outcome outcome : {Outcome::SoldOut, Outcome::AlreadyIssued, Outcome::Success}) {
    if (tally.count(outcome) < answers.count()) {
      add(std::string(words_for(outcome)), style_of(outcome), tally.latencies[index_of(outcome)]);
    }
  }
  if (summary.plan.rate) add("from the real send", "service", tally.service);
  add("all answers", "all", answers);
  const double nines = std::log10(static_cast<double>(std::max<std::int64_t>(answers.count(), 10)));
  return figure("Latency by percentile",
                summary.plan.rate ? "From the time each request was due, whenever it was sent."
                                  : "From the first byte of the request to the last of the answer.",
                curves,
                line_chart(percentile_axis(nines), decades_axis(low, high, latency_words), curves, {},
                           "Latency by percentile"));
}

std::string rate_over_time(const Summary& summary) {
  const auto columns = load::columns(summary.run);
  std::vector<Series> lines;
  lines.push_back(over_time("answers a second", "all", columns,
                            [](const Column& c) { return c.per_second(c.answered); }));
  if (summary.run.tally.fixed.count() > 0) {
    lines.push_back(
        over_time("fixed answers", "fixed", columns, [](const Column& c) { return c.per_second(c.fixed); }));
  }
  if (summary.run.tally.dropped > 0) {
    lines.push_back(over_time("dropped unsent", "broken", columns,
                              [](const Column& c) { return c.per_second(c.dropped); }));
  }
  return figure("Rate", "Answers a second, whatever they said.", lines,
                line_chart(time_axis(columns), linear_axis(1.05 * highest(lines), count_words), lines,
                           hints(columns), "Answers a second over time"));
}

std::string outcomes_over_time(const Summary& summary) {
  const auto columns = load::columns(summary.run);
  std::vector<Series> layers;
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (summary.run.tally.count(outcome) == 0) continue;
    layers.push_back(over_time(std::string(words_for(outcome)), style_of(outcome), columns,
                               [i](const Column& c) { return c.per_second(c.counts[i]); }));
  }
  double most = 0;
  for (const Column& column : columns) {
    std::int64_t all = 0;
    for (const std::int64_t count : column.counts) all += count;
    most = std::max(most, column.per_second(all));
  }
  return figure("Outcomes", "What became of the requests, a second.", layers,
                stacked_chart(time_axis(columns), linear_axis(1.05 * most, count_words), layers,
                              hints(columns), "Outcomes over time"));
}

std::string latency_over_time(const Summary& summary) {
  auto columns = load::columns(summary.run);
  const auto hints = load::hints(columns);
  const Axis time = time_axis(columns);
  std::erase_if(columns, [](const Column& column) { return column.answered == 0; });
  const std::vector<Series> lines = {
      over_time("99%", "broken", columns, [](const Column& c) { return c.p99; }),
      over_time("median", "all", columns, [](const Column& c) { return c.median; })};
  double low = 1e12;
  for (const Column& column : columns) low = std::min(low, column.median);
  return figure(
      "Latency", "Of the answers that came at that time.", lines,
      line_chart(time, decades_axis(low, highest(lines), latency_words), lines, hints, "Latency over time"));
}

}  // namespace firstcome::load
