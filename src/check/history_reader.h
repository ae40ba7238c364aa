#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check/history_row.h"
#include "domain/result.h"

namespace firstcome::check {

/// A history as its file has it: docs/reference/history.md.
struct History {
  std::vector<HistoryRow> rows;
  std::int64_t first_line = 1;  ///< of row 0: 2 behind a head
  std::optional<Timestamp> started_at;
  std::optional<milliseconds> max_staleness;
  std::string warning;  ///< its last line is torn, as after a crash of who wrote it; empty: it is whole
};

/// Reads JSON lines. A line that is none, or lacks what a row needs, is an error that names it as
/// "name:line: what is wrong"; only a last line without its end is let pass, with a warning. `progress` is
/// told now and then how many bytes are read.
Result<History> read_history(std::istream& in, const std::string& name,
                             const std::function<void(std::int64_t)>& progress = {});

/// Where a ticket says that it stands, read without its key: good enough to compare what was told, no proof.
struct TicketPlace {
  Era era = 0;
  PolicyId policy;
  UserId user;
  Place place;
};
std::optional<TicketPlace> read_ticket(std::string_view text);

}  // namespace firstcome::check
