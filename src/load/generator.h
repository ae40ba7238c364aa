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

/// What a run saw in one sample, a tenth of a second.
struct Sample {
  double until = 0;    ///< seconds from the start of the run
  double seconds = 0;  ///< that it took
  Counts counts{};     ///< requests that came to an end in it
  std::int64_t answered = 0;
  std::int64_t fixed = 0;
  std::int64_t dropped = 0;
  std::int64_t connected = 0;  ///< at its end, as with the next two
  std::int64_t waiting = 0;
  std::optional<std::int64_t> left;  ///< coupons, as the server last said
  nanoseconds median{0};             ///< of the answers in it
  nanoseconds p99{0};
};

/// What a run came to.
struct RunResult {
  Tally tally;
  std::vector<Sample> samples;
  Tick start = 0;  ///< by the steady clock
  Timestamp started_at{};
  double seconds = 0;       ///< from the start to the last answer
  int connected = 0;        ///< when the run began
  double user_seconds = 0;  ///< of this process's CPU, while it ran
  double system_seconds = 0;
  std::vector<ServerTrouble> troubles;  ///< by server
  bool stopped_early = false;
};

/// The load generator: threads, phases, and what came of them.
///
/// Life: construct → open → run → ask_again → finish.
class Generator {
 public:
  /// Called every sample on the thread that called run().
  using Watch = std::function<void(const Sample& sample, const Interval& interval)>;
  /// Coupons left, as last heard; never waits.
  using StockLeft = std::function<std::optional<std::int64_t>()>;

  /// `stop`: set by somebody who wants the run to end early.
  Generator(Plan plan, std::vector<ServerAddress> servers, const std::atomic<bool>& stop);
  ~Generator();

  /// Starts the threads and opens the connections. The error: too few open files are allowed (`open_files`:
  /// how many), or no server took one.
  Status open(std::int64_t open_files);
  void run(const StockLeft& stock_left, const Watch& watch);
  /// Asks about a sample of what was told: tickets, whether they still say the same; winners, whether they
  /// are told their coupon; and those who got no answer. Returns how many were asked.
  std::int64_t ask_again();
  /// Closes everything.
  const RunResult& finish();

  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] const std::vector<ServerAddress>& servers() const { return servers_; }
  [[nodiscard]] std::vector<const RequestLog*> request_logs() const;

 private:
  Status start(std::int64_t open_files);
  [[nodiscard]] Error too_few_open_files(std::int64_t open_files, bool own_files) const;
  [[nodiscard]] Error nobody_there() const;
  Sample take_sample(Interval& whole);

  const Plan plan_;
  const std::vector<ServerAddress> servers_;
  const std::atomic<bool>& stop_;
  std::vector<std::unique_ptr<Driver>> drivers_;
  RunResult result_;
};

}  // namespace firstcome::load
