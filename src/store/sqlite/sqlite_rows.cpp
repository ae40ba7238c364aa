#include "store/sqlite/sqlite_rows.h"

namespace firstcome::store {

std::optional<Position> read_position(const sqlite::Statement& row) {
  Position position;
  position.partition = static_cast<Partition>(row.integer(0));
  position.era = static_cast<Era>(row.integer(1));
  position.next_offset = row.integer(2);
  position.state.clock = from_millis(row.integer(3));
  position.state.rules = static_cast<std::int32_t>(row.integer(4));
  auto marks = text_to_marks(row.text(5));
  if (!marks) return std::nullopt;
  position.state.origin_marks = std::move(*marks);
  position.has_checksum = !row.null(6);
  position.checksum = static_cast<std::uint32_t>(row.integer(6));
  position.state.state_hash = integer_to_hash(row.integer(7));
  position.halted_reason = row.text(8);
  return position;
}

Error damaged_row(const sqlite::Database& database, std::string_view table, const std::string& which) {
  return Error::permanent(
      "{}: the row of {} for {} is invalid: it was changed manually or by a newer version. Restore the data "
      "folder from a backup.",
      database.path(), table, which);
}

}  // namespace firstcome::store
