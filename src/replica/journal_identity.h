#pragma once

#include <optional>
#include <string>

#include "journal/journal.h"
#include "journal/same_log.h"
#include "replica/policy_snapshots.h"
#include "store/store.h"

namespace firstcome::replica {

/// The record before the position, by which the journal is identified; nothing at the beginning of an era.
std::optional<journal::RecordMark> last_record(const store::Position& position);

/// Verifies that the journal is still the one from which a partition was decided. A topic can be recreated,
/// truncated, mirrored or replaced. If it was, the partition is contradicted and goes out of service.
/// Used by the partition's thread.
class JournalIdentity {
 public:
  JournalIdentity(Partition self, PolicySnapshots& snapshots) : self_(self), snapshots_(snapshots) {}

  /// Compares the record before the saved position with the one that the store was saved with.
  Status check_first(const journal::RawRecord& record, const store::Position& saved);

  /// Compares the anchor and the newest record (PartitionStatus::Marks) with the journal. `next`: one past
  /// the last decided record. If this partition has no certain anchor, also compares those of the other
  /// partitions, because a topic is always recreated as a whole. Returns a warning for the operator, or an
  /// empty string. An error that is not retryable stops the partition. It is a contradiction, except where
  /// records from `next` on were removed.
  Result<std::string> compare(journal::JournalReader& journal, Offset next);

  /// Contradicts the partition: the store's rows and the journal do not belong together. `what`: a sentence.
  Error another_journal(Offset position, const std::string& what);

 private:
  Result<journal::SameLog> compare_by(journal::JournalReader& journal, const journal::RecordMark& mark,
                                      Offset position);
  Status compare_by_others(journal::JournalReader& journal);

  const Partition self_;
  PolicySnapshots& snapshots_;
};

}  // namespace firstcome::replica
