#pragma once

#include "journal/journal.h"

namespace firstcome::journal {

enum class SameLog : std::uint8_t {
  Yes,
  Unknown,  ///< the record was removed, but reading can continue at the position: no contradiction
  /// Records from the position on were removed, too: reading cannot continue, but this does not prove another
  /// log.
  Removed,
};

/// Checks if this record is still in the log, and if the log reaches `position`, the next offset after the
/// record. The error is Permanent, with what to do, if the log was recreated, truncated or replaced.
Result<SameLog> compare_log(JournalReader& journal, const RecordMark& mark, Offset position);

/// The error for a log that begins after the position: which records were removed, possible causes, and how
/// to find out if a node has saved them.
Error records_were_removed(Partition partition, Offset position, Offset start);

}  // namespace firstcome::journal
