#pragma once

#include <string>
#include <vector>

#include "domain/ids.h"
#include "domain/result.h"
#include "domain/time.h"

namespace firstcome::journal {

/// The file after compaction.
struct Compacted {
  std::vector<Offset> starts;  ///< by partition: the first offset that still exists
  std::uintmax_t bytes_before = 0;
  std::uintmax_t bytes_after = 0;
};

/// Removes the batches before `positions`, by partition, and releases their disk space. Does not remove the
/// batch with the record before each position, because a start compares this record. Fails while another
/// process uses the journal.
Result<Compacted> compact_sqlite_journal(const std::string& path, const std::vector<Offset>& positions,
                                         milliseconds busy_timeout = milliseconds{1000});

}  // namespace firstcome::journal
