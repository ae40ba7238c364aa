#pragma once

#include <libpq-fe.h>

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "domain/time.h"

/// Values in PostgreSQL's binary format: big-endian, the same in parameters, result rows, arrays and COPY.
namespace firstcome::postgres {

/// Converts an integer of 2, 4 or 8 bytes between the byte order of this machine and big-endian.
template <std::unsigned_integral Bits>
Bits swap_to_wire(Bits bits) {
  if constexpr (std::endian::native == std::endian::big) return bits;
  if constexpr (sizeof(Bits) == 2) return __builtin_bswap16(bits);
  if constexpr (sizeof(Bits) == 4) return __builtin_bswap32(bits);
  if constexpr (sizeof(Bits) == 8) return __builtin_bswap64(bits);
}

template <std::integral Number>
void put(std::string& out, Number number) {
  const auto bits = swap_to_wire(static_cast<std::make_unsigned_t<Number>>(number));
  std::array<char, sizeof bits> bytes{};
  std::memcpy(bytes.data(), &bits, sizeof bits);
  out.append(bytes.data(), bytes.size());
}

/// Reads sizeof(Number) bytes.
template <std::integral Number>
Number take(const char* bytes) {
  std::make_unsigned_t<Number> bits = 0;
  std::memcpy(&bits, bytes, sizeof bits);
  return static_cast<Number>(swap_to_wire(bits));
}

/// A timestamptz is microseconds since 2000-01-01 UTC. A time outside its range (years 4713 BC to 294276)
/// becomes a number that the server rejects, never another time.
std::int64_t to_wire(Timestamp time);
/// None for infinity and for fractions of a millisecond, which timestamptz(3) does not have.
std::optional<Timestamp> time_from_wire(std::int64_t microseconds);

/// Writes the fields of a COPY row or the elements of an array: length, then value.
class FieldWriter {
 public:
  void int2(std::int16_t value) { field(value); }
  void int4(std::int32_t value) { field(value); }
  void int8(std::int64_t value) { field(value); }
  void int8(std::optional<std::int64_t> value) { value ? int8(*value) : put(out_, std::int32_t{-1}); }
  void hash(std::uint64_t value) { field(static_cast<std::int64_t>(value)); }
  void boolean(bool value) { text({value ? "\1" : "\0", 1}); }
  void time(Timestamp value) { field(to_wire(value)); }
  void time(std::optional<Timestamp> value) { value ? time(*value) : put(out_, std::int32_t{-1}); }
  void text(std::string_view value) {
    put(out_, static_cast<std::int32_t>(value.size()));
    out_.append(value);
  }
  void reserve(std::size_t bytes) { out_.reserve(out_.size() + bytes); }
  [[nodiscard]] const std::string& bytes() const { return out_; }

 protected:
  template <std::integral Number>
  void field(Number value) {
    put(out_, static_cast<std::int32_t>(sizeof(Number)));
    put(out_, value);
  }
  std::string out_;
};

/// The data for COPY … FROM STDIN (FORMAT binary) (manual, COPY, "Binary Format").
class CopyData : public FieldWriter {
 public:
  CopyData();
  /// Begins a row with this number of fields.
  void row(std::int16_t fields) { put(out_, fields); }
  /// Must be the last call.
  void finish() { put(out_, std::int16_t{-1}); }
};

/// The signature at the start of COPY data, and the minimum size of its header.
inline constexpr std::string_view kCopySignature{"PGCOPY\n\377\r\n\0", 11};
inline constexpr std::size_t kCopyHead = kCopySignature.size() + 8;

/// A parameter: a one-dimensional array with `elements` elements, at least one.
class ArrayData : public FieldWriter {
 public:
  ArrayData(Oid element_type, std::size_t elements);
};

/// Object ids of pg_type; they never change.
inline constexpr Oid kBool = 16, kInt2 = 21, kInt4 = 23, kInt8 = 20, kText = 25, kTimestamptz = 1184;

}  // namespace firstcome::postgres
