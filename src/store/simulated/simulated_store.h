#pragma once

#include <cstdint>
#include <random>
#include <variant>
#include <vector>

#include "store/simulated/tables.h"
#include "store/store.h"

namespace firstcome::store {

/// Probabilities of faults, in 1/1000.
struct SimulatedStoreFaults {
  int save_fails = 0;  ///< rolled back with an error
  int reply_lost = 0;  ///< the response to COMMIT is lost: committed, rolled back, or still in flight
  int reads_fail = 0;
};

/// Numbers of faults that occurred, for coverage.
struct SimulatedStoreSeen {
  std::int64_t saved = 0, moved = 0, conflicts = 0, failed = 0, lost_committed = 0, lost_rolled_back = 0;
  std::int64_t lost_in_flight = 0, committed_late = 0, commits_lost = 0;
};

/// A store in memory: one thread, one random number generator. Has a list of all commits, so that a crash can
/// lose the last ones, as with asynchronous commits.
class SimulatedStore : public Store {
 public:
  /// `fresh`: the state of a partition before its first record.
  SimulatedStore(Settings settings, const PartitionState& fresh, std::mt19937_64& chance,
                 SimulatedStoreFaults faults = {});

  Result<std::unique_ptr<Reader>> make_reader() override;
  Result<std::unique_ptr<Writer>> make_writer() override;

  // --- the simulator's side
  SimulatedStoreFaults& faults() { return faults_; }
  [[nodiscard]] const SimulatedStoreSeen& seen() const { return seen_; }
  [[nodiscard]] const Tables& tables() const { return tables_; }
  /// For tests that change rows manually.
  [[nodiscard]] Tables& tables() { return tables_; }
  void set_down(bool down) { down_ = down; }
  [[nodiscard]] bool down() const { return down_; }
  /// Limits rows to fewer codes than in a real store, so that a short run has several rows; 1: one row for
  /// each save.
  void extend_batches_up_to(std::int64_t codes) {
    empty_.codes_of_extended_batch = tables_.codes_of_extended_batch = codes;
  }
  /// Executes the transactions in flight, whose response was lost before.
  void commit_in_flight();
  /// A crash: loses the last commits completely. Earlier ones and halts remain.
  void lose_last(std::size_t commits);
  [[nodiscard]] std::size_t commits() const { return log_.size(); }

 private:
  friend class SimulatedReader;
  friend class SimulatedWriter;

  struct HaltSet {
    Partition partition = 0;
    std::string reason;
  };
  struct HaltLifted {
    Partition partition = 0;
  };
  using Transaction = std::variant<Batch, HaltSet, HaltLifted>;

  bool chance(int in_a_thousand) {
    return in_a_thousand > 0 && static_cast<int>(chance_() % 1000) < in_a_thousand;
  }
  [[nodiscard]] bool read_fails() { return down_ || chance(faults_.reads_fail); }
  SaveResult save(const Batch& batch);
  SaveResult commit(const Batch& batch);
  static SaveResult execute(Tables& tables, const Transaction& transaction);

  Tables empty_;
  Tables tables_;
  std::vector<Transaction> log_;  ///< commits, oldest first
  std::vector<Batch> in_flight_;
  std::mt19937_64& chance_;
  SimulatedStoreFaults faults_;
  SimulatedStoreSeen seen_;
  bool down_ = false;
};

}  // namespace firstcome::store
