#pragma once

#include <optional>
#include <string>
#include <vector>

#include "check/report.h"
#include "load/generator.h"

namespace firstcome::load {

/// A policy of the run, as the server returned it: after the bench created or found it, and at the end.
struct BenchPolicy {
  PolicyId id;
  std::int64_t max_count = 0;
  std::int64_t revision = 0;
  std::int64_t issued_before = 0;
  std::int64_t issued = -1;  ///< at the end; -1: not known
  bool created = false;      ///< by the bench; then also:
  Tick sent = 0;
  Tick answered = 0;
};

/// Everything that the reports of a run contain.
struct Summary {
  const Plan& plan;
  const RunResult& run;
  std::vector<BenchPolicy> policies;
  std::int64_t followed_up = 0;         ///< requests after the run
  std::string version;                  ///< of this program
  std::optional<check::Report> checks;  ///< of the answers; empty: not judged

  [[nodiscard]] double rate() const;  ///< answers per second, also fixed ones
  [[nodiscard]] std::int64_t answered() const;
  /// CPU time of the generator's process per sent request, in µs.
  [[nodiscard]] double cpu_us() const;
  /// p99 of the answers divided by p99 of the fixed answers; 0 without either.
  [[nodiscard]] double fixed_ratio() const;
};

/// For a terminal: what was done, one line for each result, and problems.
std::string as_table(const Summary& summary);
/// For programs; latencies in ms. docs/guide/bench.md describes the fields.
std::string as_json(const Summary& summary);
/// The JSON data of the page of --html: that of as_json(), latency curves, and texts of results.
std::string page_data(const Summary& summary);
/// Problems of the servers or the generator, one sentence each.
std::vector<std::string> problems(const Summary& summary);
/// One line about the current state. `interval`: the time since the last line, `seconds` long.
std::string live_line(const Sample& sample, const Interval& interval, const Counts& so_far, double seconds);

}  // namespace firstcome::load
