#pragma once

#include "journal/journal.h"

namespace firstcome::journal {

enum class SameLog : std::uint8_t {
  Yes,
  Unknown,  ///< retention has removed the record, which is no contradiction
};

/// Is this record still in the log? A log that was made anew, truncated or mirrored is a Permanent error that
/// says what to do. The log has to reach `position`, which is one past the record or a hole behind it.
Result<SameLog> compare_log(JournalReader& journal, const RecordMark& mark, Offset position);

}  // namespace firstcome::journal
