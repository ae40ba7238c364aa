#pragma once

#include <optional>
#include <string>
#include <vector>

#include "check/report.h"
#include "load/generator.h"

namespace firstcome::load {

/// A policy of the run, as the server spoke of it: when the bench made it or found it, and at the end.
struct PolicySeen {
  PolicyId id;
  std::int64_t max_count = 0;
  std::int64_t revision = 0;
  std::int64_t issued_before = 0;
  std::int64_t issued = -1;  ///< at the end; -1: nobody could say
  bool ours = false;         ///< made by the bench; then also:
  Tick sent = 0;
  Tick answered = 0;
};

/// Everything a run is reported from.
struct Summary {
  const Plan& plan;
  const RunResult& run;
  std::vector<PolicySeen> policies;
  std::int64_t asked_again = 0;
  std::string version;                  ///< of this program
  std::optional<check::Report> checks;  ///< of what was told; nothing: not judged

  [[nodiscard]] double rate() const;  ///< answers a second, the fixed ones too
  [[nodiscard]] std::int64_t answered() const;
  /// Of the process that ran the generator, per request sent; µs.
  [[nodiscard]] double cpu_us() const;
  /// p99 of the final answers against p99 of the fixed answers; 0 without either.
  [[nodiscard]] double fixed_ratio() const;
};

/// For a terminal: what was done, a line an outcome, what went wrong.
std::string as_table(const Summary& summary);
/// The same and more for programs; latencies in ms, as the names say: docs/guide/bench.md.
std::string as_json(const Summary& summary);
/// What the page of --html draws, in JSON: that of as_json(), curves of latency by percentile, words for
/// outcomes.
std::string page_data(const Summary& summary);
/// What went wrong with the servers or the generator, a sentence each.
std::vector<std::string> troubles(const Summary& summary);
/// One line about what is happening now. `interval`: since the line before.
std::string live_line(const Sample& sample, const Interval& interval, const Counts& so_far, double seconds);

}  // namespace firstcome::load
