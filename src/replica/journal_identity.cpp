#include "replica/journal_identity.h"

namespace firstcome::replica {

using journal::SameLog;

std::optional<journal::RecordMark> last_record(const store::Position& position) {
  if (!position.has_checksum) return std::nullopt;
  return journal::RecordMark{position.partition, position.next_offset - 1, position.checksum};
}

Status JournalIdentity::check_first(const journal::RawRecord& record, const store::Position& saved) {
  if (record.offset != saved.next_offset - 1) {
    return another_journal(saved.next_offset, "the journal has no record before it.");
  }
  if (journal::checksum(record) != saved.checksum) {
    return another_journal(saved.next_offset, "the record before it is not the one that was saved.");
  }
  return Done{};
}

Result<std::string> JournalIdentity::compare(journal::JournalReader& journal, Offset next) {
  PartitionStatus& status = snapshots_.partition(self_);
  const PartitionStatus::Marks marks = status.marks();
  const bool one_record = marks.newest && marks.anchor->offset == marks.newest->offset;
  auto by_anchor = SameLog::Unknown;
  if (marks.anchor) {
    const Offset reaches = one_record ? next : marks.anchor->offset + 1;
    ASSIGN_OR_RETURN(by_anchor, compare_by(journal, *marks.anchor, reaches));
  }
  if (by_anchor != SameLog::Yes || !marks.certain) RETURN_IF_ERROR(compare_by_others(journal));
  if (!marks.newest) return std::string{};

  // The anchor alone does not detect an end that was cut off and written again.
  auto by_newest = by_anchor;
  if (!one_record) {
    ASSIGN_OR_RETURN(by_newest, compare_by(journal, *marks.newest, next));
  }
  if (by_newest == SameLog::Removed) {
    ASSIGN_OR_RETURN(const auto bounds, journal.bounds(self_));
    return journal::records_were_removed(self_, next, bounds.start);
  }
  if (by_newest == SameLog::Yes) {
    status.set_anchor(*marks.newest);
    if (by_anchor == SameLog::Yes) return std::string{};
  }
  const auto& removed = by_newest == SameLog::Yes ? marks.anchor : marks.newest;
  return fmt::format(
      "Partition {}: retention has removed the record at offset {}, so this node cannot verify by it that "
      "the journal is the same one. Check that the topic was not recreated or replaced.",
      self_, removed->offset);
}

Result<SameLog> JournalIdentity::compare_by(journal::JournalReader& journal, const journal::RecordMark& mark,
                                            Offset position) {
  auto same = journal::compare_log(journal, mark, position);
  if (!same.ok() && !same.error().is_retryable()) {
    snapshots_.partition(self_).contradict(same.error().message);
  }
  return same;
}

/// One record that is found is enough.
Status JournalIdentity::compare_by_others(journal::JournalReader& journal) {
  for (Partition other = 0; other < snapshots_.partitions(); ++other) {
    const auto anchor = snapshots_.partition(other).marks().anchor;
    if (other == self_ || !anchor) continue;
    ASSIGN_OR_RETURN(const auto same, compare_by(journal, *anchor, anchor->offset + 1));
    if (same == SameLog::Yes) break;
  }
  return Done{};
}

Error JournalIdentity::another_journal(Offset position, const std::string& what) {
  Error error = Error::permanent(
      "Partition {}, position {}: {} This is not the journal that the store has followed (recreated, "
      "truncated, mirrored, or one side restored from a backup). Nothing was changed. Connect the journal "
      "and the store that belong together.",
      self_, position, what);
  snapshots_.partition(self_).contradict(error.message);
  return error;
}

}  // namespace firstcome::replica
