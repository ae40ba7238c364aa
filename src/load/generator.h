#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "load/driver.h"
#include "load/plan.h"
#include "load/server_address.h"
#include "load/tally.h"

namespace firstcome::load {

/// The counts of one sample, a tenth of a second.
struct Sample {
  double until = 0;    ///< seconds from the start of the run
  double seconds = 0;  ///< its length
  Counts counts{};     ///< finished requests
  std::int64_t answered = 0;
  std::int64_t fixed = 0;
  std::int64_t dropped = 0;
  std::int64_t connected = 0;  ///< this and the next two: at its end
  std::int64_t waiting = 0;
  std::optional<std::int64_t> left;  ///< coupons, from the server's latest response
  nanoseconds median{0};             ///< of the answers
  nanoseconds p99{0};
};

/// The result of a run.
struct RunResult {
  Tally tally;
  std::vector<Sample> samples;
  Tick start = 0;  ///< on the steady clock
  Timestamp started_at{};
  double seconds = 0;       ///< from the start to the last answer
  int connected = 0;        ///< when the run began
  double user_seconds = 0;  ///< of this process's CPU, while it ran
  double system_seconds = 0;
  std::vector<ServerErrors> errors;  ///< by server
  bool stopped_early = false;
};

/// The load generator: threads, phases, and what came of them.
///
/// Order of calls: constructor, open, run, follow_up, finish.
class Generator {
 public:
  /// Called for every sample, on the thread that called run().
  using Watch = std::function<void(const Sample& sample, const Interval& interval)>;
  /// The latest known number of remaining coupons; does not block.
  using StockLeft = std::function<std::optional<std::int64_t>()>;

  /// `stop`: if it becomes true, the run ends early.
  Generator(Plan plan, std::vector<ServerAddress> servers, const std::atomic<bool>& stop);
  ~Generator();

  /// Starts the threads and opens the connections. Error: the limit of open files (`open_files`) is too low, or no
  /// server can be reached.
  Status open(std::int64_t open_files);
  void run(const StockLeft& stock_left, const Watch& watch);
  /// Sends the requests of follow_up.h. Returns their number.
  std::int64_t follow_up();
  /// Closes all connections and ends the threads.
  const RunResult& finish();

  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] const std::vector<ServerAddress>& servers() const { return servers_; }
  [[nodiscard]] std::vector<const RequestLog*> request_logs() const;

 private:
  Status start(std::int64_t open_files);
  [[nodiscard]] Error too_few_open_files(std::int64_t open_files, bool own_files) const;
  [[nodiscard]] Error no_server_error() const;
  Sample take_sample(Interval& whole);

  const Plan plan_;
  const std::vector<ServerAddress> servers_;
  const std::atomic<bool>& stop_;
  std::vector<std::unique_ptr<Driver>> drivers_;
  RunResult result_;
};

}  // namespace firstcome::load
