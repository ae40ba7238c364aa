#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "check/report.h"
#include "load/generator.h"

namespace firstcome::load {

/// The counts that a server returns with a policy.
struct PolicyCounts {
  std::int64_t issued = 0;
  std::int64_t used = 0;
  std::int64_t cancelled = 0;
  std::int64_t remaining = 0;
};

/// A policy of the run, as the server returned it: after the bench created or found it, and at the end.
struct BenchPolicy {
  PolicyId id;
  std::int64_t max_count = 0;
  std::int64_t revision = 0;
  PolicyCounts before;
  std::optional<PolicyCounts> after{};  ///< at the end; empty: not known
  bool created = false;                 ///< by the bench; then also:
  Tick sent = 0;
  Tick answered = 0;
};

/// The coupons of a policy that the run has used or cancelled, as the responses show it.
struct CommandedCoupons {
  std::int64_t used = 0;
  std::int64_t used_perhaps = 0;  ///< the outcome of the command is unknown
  std::int64_t cancelled = 0;
  std::int64_t cancelled_perhaps = 0;

  /// True if a policy that only the run has changed can have these counts.
  [[nodiscard]] bool agrees_with(const PolicyCounts& counts) const;
};
CommandedCoupons commanded_coupons(std::span<const RequestLog* const> request_logs, std::uint16_t policy);

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
/// Policies whose counts at the end contradict the responses, one sentence each.
std::vector<std::string> wrong_counts(const Summary& summary,
                                      std::span<const RequestLog* const> request_logs);
/// Problems of the servers or the generator, one sentence each.
std::vector<std::string> problems(const Summary& summary);
/// One line about the current state. `interval`: the time since the last line, `seconds` long.
std::string live_line(const Sample& sample, const Interval& interval, const Counts& so_far, double seconds);

}  // namespace firstcome::load
