#pragma once

#include <string>
#include <vector>

#include "domain/ids.h"
#include "domain/result.h"
#include "domain/time.h"

namespace firstcome::journal {

/// What a shortened journal's file is like.
struct Compacted {
  std::vector<Offset> starts;  ///< by partition: the first offset still held
  std::uintmax_t bytes_before = 0;
  std::uintmax_t bytes_after = 0;
};

/// Removes what lies before `positions`, by partition, but the batch of the record before each, which a start
/// compares; then gives the room back. Refuses, in words, while another process has the journal.
Result<Compacted> compact_sqlite_journal(const std::string& path, const std::vector<Offset>& positions,
                                         milliseconds busy_timeout = milliseconds{1000});

}  // namespace firstcome::journal
