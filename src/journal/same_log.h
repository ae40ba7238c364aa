#pragma once

#include "journal/journal.h"

namespace firstcome::journal {

enum class SameLog : std::uint8_t {
  Yes,
  Unknown,  ///< the record was removed, but reading can continue at the position: no contradiction
  /// Records from the position on were removed, too: reading cannot continue, but this does not prove another log.
  Removed,
};

/// Is this record still in the log? A log that was made again, truncated or mirrored is a Permanent error
/// that says what to do. The log has to reach `position`, which is one past the record or a hole behind it.
Result<SameLog> compare_log(JournalReader& journal, const RecordMark& mark, Offset position);

/// Of a log that begins behind the position, for a person: what was removed, what may have removed it, and
/// how to find out if a node has saved it before.
Error records_were_removed(Partition partition, Offset position, Offset start);

}  // namespace firstcome::journal
