#pragma once

#include <string>
#include <vector>

#include "audit/difference.h"
#include "audit/progress.h"
#include "audit/verdict.h"
#include "journal/journal.h"
#include "store/store.h"

/// Replays the journal through the decider and compares the store with it, row by row: promise G8.
namespace firstcome::audit {

/// What was compared of one partition, in offsets.
struct PartitionReport {
  Partition partition = 0;
  Offset journal_start = 0;  ///< the first the journal still has
  Offset compared_from = 0;  ///< later than that where the state there is not known
  Offset compared_to = 0;    ///< where the store's position was when it was read
  Offset journal_end = 0;    ///< beyond: not yet saved
  std::int64_t records = 0;  ///< replayed
  Verdict verdict = Verdict::Agree;
  bool halted = false;

  [[nodiscard]] std::int64_t not_yet_saved() const { return journal_end - compared_to; }
};

struct Report {
  explicit Report(std::size_t most_differences) : differences(most_differences) {}
  Differences differences;
  std::vector<PartitionReport> partitions;
  std::int64_t policies = 0;  ///< rows of the store
  std::int64_t changes = 0;
  std::int64_t coupons = 0;
  std::int64_t batches = 0;
  std::vector<std::string> notes;  ///< what is no difference, but should be known

  [[nodiscard]] bool clean() const { return differences.count() == 0; }
};

/// Reads the store first, in one snapshot, then the journal up to the places that the snapshot has saved, so
/// both may be at work meanwhile. Holds the store's rows in memory, see StoredRows. An error: something could
/// not be read.
Result<Report> audit(journal::JournalReader& journal, store::Reader& store, Progress& progress,
                     std::size_t most_differences);

}  // namespace firstcome::audit
