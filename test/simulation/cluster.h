#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "check/history_row.h"
#include "journal/simulated/simulated_journal.h"
#include "simulation_plan.h"
#include "store/simulated/simulated_store.h"
#include "timeline.h"
#include "trace.h"

namespace firstcome::simulation {

class SimulatedUsers;
class SimulatedNode;

/// Virtual time on the clock of the history.
inline check::Moment moment_of(Timestamp time) { return time.time_since_epoch(); }

/// Number of interesting events of a run, by name.
using Coverage = std::map<std::string, std::int64_t, std::less<>>;

/// Shared by all parts of a run: one random number generator, one time, one journal, one store, one history.
class Cluster {
 public:
  explicit Cluster(std::uint64_t seed, const AdjustPlan& adjust = {});
  ~Cluster();

  // --- chance
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most - least + 1)));
  }
  bool chance(int in_a_thousand) { return static_cast<int>(below(1000)) < in_a_thousand; }
  /// Usually short; sometimes ten times as long.
  milliseconds delay(milliseconds most);
  template <class All>
  const auto& one_of(const All& all) {
    return all[below(all.size())];
  }

  // --- time and record
  void note(std::string_view what, std::initializer_list<std::int64_t> numbers = {});
  void saw(std::string_view what, std::int64_t times = 1);
  /// Records a violated assumption between parts.
  void complain(const std::string& text) { complaints_.push_back(text); }
  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }
  /// Executes all events up to `until`.
  void run_until(Timestamp until);

  /// Call after commits: records the positions.
  void note_commits();
  /// Time of the first commit with a position after `offset`.
  [[nodiscard]] std::optional<Timestamp> first_saved_past(Partition partition, Offset offset) const;

  // --- ownership, as the group assigns it
  [[nodiscard]] int owner(Partition partition) const {
    return owners_.at(static_cast<std::size_t>(partition));
  }
  void move_ownership(Partition partition, int node);
  static constexpr int kNoOwner = -1;

  SimulatedNode& node(int number) { return *nodes_.at(static_cast<std::size_t>(number)); }
  SimulatedUsers& users() { return *users_; }
  /// The number of a random node that saves.
  int some_issuer() { return static_cast<int>(below(static_cast<std::uint64_t>(plan.issuers))); }
  [[nodiscard]] int nodes() const { return static_cast<int>(nodes_.size()); }
  [[nodiscard]] bool resting() const { return resting_; }
  /// Ends all faults, so that the system can come to rest.
  void stop_faults();

 private:
  std::mt19937_64 random_;

 public:
  SimulationPlan plan;
  Timeline timeline;
  Trace trace;
  Coverage coverage;
  journal::SimulatedJournal journal;
  store::Settings settings;
  store::SimulatedStore store;
  std::vector<check::HistoryRow> history;
  std::vector<std::string> references;  ///< of the commands of coupons in the history
  Timestamp store_crashed_at{};         ///< time of the last crash
  bool saved_before_recreated = false;  ///< the store had rows when the topic was created again

 private:
  std::vector<int> owners_;
  std::map<Partition, std::vector<std::pair<Timestamp, Offset>>> commits_;  ///< includes lost ones
  std::unique_ptr<SimulatedUsers> users_;
  std::vector<std::unique_ptr<SimulatedNode>> nodes_;
  std::vector<std::string> complaints_;
  bool resting_ = false;
};

}  // namespace firstcome::simulation
