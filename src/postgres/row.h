#pragma once

#include <libpq-fe.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/time.h"
#include "postgres/libpq_handles.h"
#include "postgres/wire_format.h"

namespace firstcome::postgres {

/// One row of a query or of a COPY, in the binary format. A view into the source of its data.
class Row {
 public:
  static constexpr int kMostFields = 32;

  Row() = default;
  Row(const PGresult* result, int row);
  /// A row of COPY data without the header. None if the data is truncated or has too many fields. The end of
  /// the data is a row without fields.
  static std::optional<Row> from_copy(std::string_view data);

  [[nodiscard]] int fields() const { return count_; }
  /// None for null.
  [[nodiscard]] std::optional<std::string_view> field(int column) const {
    return fields_[static_cast<std::size_t>(column)];
  }
  /// For messages: an integer of any size, for instance of a key.
  [[nodiscard]] std::string number_text(int column) const;

 private:
  std::array<std::optional<std::string_view>, kMostFields> fields_;
  int count_ = 0;
};

/// Reads the columns of one row from left to right, and detects invalid values.
class Columns {
 public:
  explicit Columns(const Row& row) : row_(row) {}

  std::int16_t int2() { return number<std::int16_t>(); }
  std::int32_t int4() { return number<std::int32_t>(); }
  std::int64_t int8() { return number<std::int64_t>(); }
  std::optional<std::int64_t> maybe_int8();
  /// Unsigned in C++; stored as PostgreSQL's signed number with the same bits.
  std::uint64_t hash() { return static_cast<std::uint64_t>(int8()); }
  Timestamp time();
  std::optional<Timestamp> maybe_time();
  std::string_view text();
  std::optional<std::string_view> maybe_text() { return row_.field(column_++); }
  std::string_view bytes() { return text(); }
  bool boolean();
  void damaged() { good_ = false; }
  [[nodiscard]] bool good() const { return good_; }

 private:
  template <class Number>
  Number number() {
    const auto value = row_.field(column_++);
    if (value && value->size() == sizeof(Number)) return take<Number>(value->data());
    good_ = false;
    return 0;
  }
  const Row& row_;
  int column_ = 0;
  bool good_ = true;
};

/// All rows of a query, in memory.
class Rows {
 public:
  explicit Rows(ResultHandle result) : result_(std::move(result)) {}
  [[nodiscard]] int size() const { return PQntuples(result_.get()); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] Row operator[](int row) const { return {result_.get(), row}; }
  /// Rows that the statement changed.
  [[nodiscard]] std::int64_t changed() const;

 private:
  ResultHandle result_;
};

}  // namespace firstcome::postgres
