#pragma once

#include <cstdint>
#include <random>
#include <variant>
#include <vector>

#include "store/simulated/tables.h"
#include "store/store.h"

namespace firstcome::store {

/// What may go wrong, and how often: chances in a thousand.
struct SimulatedStoreFaults {
  int save_fails = 0;  ///< rolled back, and said so
  int reply_lost = 0;  ///< the answer to COMMIT is lost: committed, rolled back, or still under way
  int reads_fail = 0;
};

/// Which faults struck, for coverage.
struct SimulatedStoreSeen {
  std::int64_t saved = 0, moved = 0, conflicts = 0, failed = 0, lost_committed = 0, lost_rolled_back = 0;
  std::int64_t lost_under_way = 0, landed_late = 0, commits_lost = 0;
};

/// A store in memory: one thread, one source of chance. Commits are kept in order, so that a crash can take
/// back the last of them, as an asynchronous commit allows.
class SimulatedStore : public Store {
 public:
  /// `fresh`: the state of a partition of which nothing is decided yet.
  SimulatedStore(Settings settings, const PartitionState& fresh, std::mt19937_64& chance,
                 SimulatedStoreFaults faults = {});

  Result<std::unique_ptr<Reader>> make_reader() override;
  Result<std::unique_ptr<Writer>> make_writer() override;

  // --- the simulator's side
  SimulatedStoreFaults& faults() { return faults_; }
  [[nodiscard]] const SimulatedStoreSeen& seen() const { return seen_; }
  [[nodiscard]] const Tables& tables() const { return tables_; }
  /// For somebody who changes rows by hand.
  [[nodiscard]] Tables& tables() { return tables_; }
  void set_down(bool down) { down_ = down; }
  [[nodiscard]] bool down() const { return down_; }
  /// Shorter rows than a real store's, so that a short run has several; 1: a row a save.
  void extend_batches_up_to(std::int64_t codes) {
    empty_.codes_of_extended_batch = tables_.codes_of_extended_batch = codes;
  }
  /// Transactions that were sent, whose answer was lost, and that the database carries out only now.
  void land_what_is_under_way();
  /// Crash: the last commits are gone, as if they had never been; everything before stays, and so does a
  /// halt.
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
  static SaveResult carry_out(Tables& tables, const Transaction& transaction);

  Tables empty_;
  Tables tables_;
  std::vector<Transaction> log_;  ///< commits, oldest first
  std::vector<Batch> under_way_;
  std::mt19937_64& chance_;
  SimulatedStoreFaults faults_;
  SimulatedStoreSeen seen_;
  bool down_ = false;
};

}  // namespace firstcome::store
