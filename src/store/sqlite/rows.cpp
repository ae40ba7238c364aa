#include "store/sqlite/rows.h"

#include <charconv>

namespace firstcome::store {
namespace {

template <class Number>
bool take_number(std::string_view& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take_char(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string marks_to_text(const OriginMarks& marks) {
  std::string text;
  for (const auto& [partition, offset] : marks) {
    if (!text.empty()) text += ',';
    text += std::to_string(partition) + ':' + std::to_string(offset);
  }
  return text;
}

std::optional<OriginMarks> text_to_marks(std::string_view text) {
  OriginMarks marks;
  while (!text.empty()) {
    if (!marks.empty() && !take_char(text, ',')) return std::nullopt;
    Partition partition = 0;
    Offset offset = 0;
    if (!take_number(text, partition) || !take_char(text, ':') || !take_number(text, offset))
      return std::nullopt;
    if (!marks.emplace(partition, offset).second) return std::nullopt;
  }
  return marks;
}

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
  return {Error::Kind::Permanent,
          database.path() + ": the row of " + std::string(table) + " for " + which +
              " cannot be read: it was changed by hand or by a newer version; restore the "
              "data folder from a backup"};
}

}  // namespace firstcome::store
