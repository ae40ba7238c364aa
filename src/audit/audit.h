#pragma once

#include <string>
#include <vector>

#include "audit/difference.h"
#include "audit/progress.h"
#include "audit/verdict.h"
#include "journal/journal.h"
#include "store/store.h"

/// Replays the journal with the decider and compares the store with it, row by row (promise G8).
namespace firstcome::audit {

/// What was compared in one partition, in offsets.
struct PartitionReport {
  Partition partition = 0;
  Offset journal_start = 0;  ///< the first offset of the journal
  Offset compared_from = 0;  ///< after journal_start if the state there is not known
  Offset compared_to = 0;    ///< the store's position when it was read
  Offset journal_end = 0;    ///< records from compared_to on are not saved yet
  std::int64_t records = 0;  ///< replayed
  Verdict verdict = Verdict::Agree;
  bool halted = false;

  [[nodiscard]] std::int64_t not_yet_saved() const { return journal_end - compared_to; }
};

struct Report {
  explicit Report(std::size_t differences_max) : differences(differences_max) {}
  Differences differences;
  std::vector<PartitionReport> partitions;
  std::int64_t policies = 0;  ///< rows of the store, also the next five
  std::int64_t changes = 0;
  std::int64_t coupon_changes = 0;
  std::int64_t listed_users = 0;
  std::int64_t imported_codes = 0;
  std::int64_t coupons = 0;
  std::int64_t batches = 0;
  std::vector<std::string> notes;  ///< not a difference, but worth knowing

  [[nodiscard]] bool clean() const { return differences.count() == 0; }
};

/// Reads the store in one snapshot, then the journal up to the positions of the snapshot, so both may be in use.
/// Keeps the store's rows in memory, see StoredRows. Error: the store or the journal cannot be read.
Result<Report> audit(journal::JournalReader& journal, store::Reader& store, Progress& progress,
                     std::size_t differences_max);

}  // namespace firstcome::audit
