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

/// The contents of a history file. The format is in docs/reference/history.md.
struct History {
  std::vector<HistoryRow> rows;
  std::vector<std::string> references;  ///< HistoryRow::reference is a number in it, from 1
  std::int64_t first_line = 1;          ///< line of row 0: 2 if the file has a head
  std::optional<Timestamp> started_at;
  std::optional<milliseconds> max_staleness;
  std::string warning;  ///< set if the last line is incomplete, as after a crash of the writer
};

/// Reads JSON lines. The error of a line that cannot be read is "name:line: reason"; an incomplete last line
/// gives only a warning. Calls `progress` from time to time with the number of bytes read.
Result<History> read_history(std::istream& in, const std::string& name,
                             const std::function<void(std::int64_t)>& progress = {});

/// The contents of a ticket, read without the key: enough to compare answers, but not verified.
struct TicketPlace {
  Era era = 0;
  PolicyId policy;
  UserId user;
  std::int32_t ordinal = 1;
  Place place;
};
std::optional<TicketPlace> read_ticket(std::string_view text);

}  // namespace firstcome::check
