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

/// An integer of 2, 4 or 8 bytes, between this machine's order of bytes and the wire's.
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

/// The bytes must be there: sizeof(Number) of them.
template <std::integral Number>
Number take(const char* bytes) {
  std::make_unsigned_t<Number> bits = 0;
  std::memcpy(&bits, bytes, sizeof bits);
  return static_cast<Number>(swap_to_wire(bits));
}

/// A timestamptz is microseconds since 2000-01-01 UTC. A time beyond its range (years 4713 BC to 294276)
/// becomes a number that the server refuses, never another time.
std::int64_t to_wire(Timestamp time);
/// Nothing for infinity and for fractions of a millisecond, which no timestamptz(3) holds.
std::optional<Timestamp> time_from_wire(std::int64_t microseconds);

/// Fields one after the other, as rows of a COPY and elements of an array hold them: length, then value.
class FieldWriter {
 public:
  void int2(std::int16_t value) { field(value); }
  void int4(std::int32_t value) { field(value); }
  void int8(std::int64_t value) { field(value); }
  void hash(std::uint64_t value) { field(static_cast<std::int64_t>(value)); }
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

/// What COPY … FROM STDIN (FORMAT binary) reads (manual, COPY, "Binary Format").
class CopyData : public FieldWriter {
 public:
  CopyData();
  /// Begins a row of so many fields.
  void row(std::int16_t fields) { put(out_, fields); }
  /// Nothing may follow.
  void finish() { put(out_, std::int16_t{-1}); }
};

/// The signature COPY data begins with, and how long the whole head is at least.
inline constexpr std::string_view kCopySignature{"PGCOPY\n\377\r\n\0", 11};
inline constexpr std::size_t kCopyHead = kCopySignature.size() + 8;

/// A one-dimensional array of `elements` elements (at least one) for a parameter.
class ArrayData : public FieldWriter {
 public:
  ArrayData(Oid element_type, std::size_t elements);
};

/// Of pg_type; fixed for ever.
inline constexpr Oid kInt2 = 21, kInt4 = 23, kInt8 = 20, kText = 25, kTimestamptz = 1184;

}  // namespace firstcome::postgres
