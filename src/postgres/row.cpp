#include "postgres/row.h"

#include <fmt/core.h>

#include <charconv>

#include "domain/check.h"

namespace firstcome::postgres {

Row::Row(const PGresult* result, int row) : count_(PQnfields(result)) {
  CHECK(count_ <= kMostFields);
  for (int column = 0; column < count_; ++column) {
    if (PQgetisnull(result, row, column) != 0) continue;
    fields_[static_cast<std::size_t>(column)] = std::string_view(
        PQgetvalue(result, row, column), static_cast<std::size_t>(PQgetlength(result, row, column)));
  }
}

std::optional<Row> Row::from_copy(std::string_view data) {
  if (data.size() < 2) return std::nullopt;
  const auto count = take<std::int16_t>(data.data());
  data.remove_prefix(2);
  Row row;
  if (count == -1) return row;
  if (count < 0 || count > kMostFields) return std::nullopt;
  row.count_ = count;
  for (std::size_t column = 0; column < static_cast<std::size_t>(count); ++column) {
    if (data.size() < 4) return std::nullopt;
    const auto length = take<std::int32_t>(data.data());
    data.remove_prefix(4);
    if (length == -1) continue;
    if (length < 0 || data.size() < static_cast<std::size_t>(length)) return std::nullopt;
    row.fields_[column] = data.substr(0, static_cast<std::size_t>(length));
    data.remove_prefix(static_cast<std::size_t>(length));
  }
  return row;
}

std::string Row::number_text(int column) const {
  const auto value = field(column);
  if (!value) return "null";
  switch (value->size()) {
    case 2: return fmt::format("{}", take<std::int16_t>(value->data()));
    case 4: return fmt::format("{}", take<std::int32_t>(value->data()));
    case 8: return fmt::format("{}", take<std::int64_t>(value->data()));
    default: return "?";
  }
}

std::optional<std::int64_t> Columns::maybe_int8() {
  if (row_.field(column_)) return int8();
  ++column_;
  return std::nullopt;
}

Timestamp Columns::time() {
  const auto time = time_from_wire(int8());
  if (!time) good_ = false;
  return time.value_or(Timestamp{});
}

std::optional<Timestamp> Columns::maybe_time() {
  if (row_.field(column_)) return time();
  ++column_;
  return std::nullopt;
}

std::string_view Columns::text() {
  const auto value = row_.field(column_++);
  if (!value) good_ = false;
  return value.value_or("");
}

bool Columns::boolean() {
  const std::string_view value = text();
  if (value.size() == 1 && (value[0] == 0 || value[0] == 1)) return value[0] == 1;
  good_ = false;
  return false;
}

std::int64_t Rows::changed() const {
  const std::string_view count = PQcmdTuples(result_.get());
  std::int64_t changed = 0;
  std::from_chars(count.data(), count.data() + count.size(), changed);
  return changed;
}

}  // namespace firstcome::postgres
