#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "domain/check.h"
#include "postgres/wire_format.h"

namespace firstcome::postgres {

/// The parameters of a statement, in order. Text and bytes are not copied: they must be valid until the call
/// returns.
class Params {
 public:
  static constexpr std::size_t kMost = 32;

  Params& int2(std::int16_t value) { return number(value); }
  Params& int4(std::int32_t value) { return number(value); }
  Params& int8(std::int64_t value) { return number(value); }
  Params& int8(std::optional<std::int64_t> value) { return value ? number(*value) : add(nullptr, 0); }
  Params& hash(std::uint64_t value) { return number(static_cast<std::int64_t>(value)); }
  Params& time(Timestamp value) { return number(to_wire(value)); }
  Params& text(std::string_view value) { return add(value.empty() ? "" : value.data(), value.size()); }
  Params& bytes(std::string_view value) { return text(value); }
  Params& array(const ArrayData& value) { return text(value.bytes()); }

  [[nodiscard]] int size() const { return static_cast<int>(count_); }
  [[nodiscard]] const char* const* values() const { return values_.data(); }
  [[nodiscard]] const int* lengths() const { return lengths_.data(); }
  [[nodiscard]] const int* formats() const { return kBinary.data(); }

  Params() = default;
  Params(const Params&) = delete;  // it has pointers to its own members
  Params& operator=(const Params&) = delete;

 private:
  template <std::integral Number>
  Params& number(Number value) {
    CHECK(count_ < kMost);
    auto& bytes = numbers_[count_];
    const auto bits = swap_to_wire(static_cast<std::make_unsigned_t<Number>>(value));
    std::memcpy(bytes.data(), &bits, sizeof bits);
    return add(bytes.data(), sizeof bits);
  }
  Params& add(const char* value, std::size_t length) {
    CHECK(count_ < kMost);
    values_[count_] = value;
    lengths_[count_] = static_cast<int>(length);
    ++count_;
    return *this;
  }

  static constexpr std::array<int, kMost> kBinary = [] {
    std::array<int, kMost> formats{};
    formats.fill(1);
    return formats;
  }();
  std::array<std::array<char, 8>, kMost> numbers_{};
  std::array<const char*, kMost> values_{};
  std::array<int, kMost> lengths_{};
  std::size_t count_ = 0;
};

}  // namespace firstcome::postgres
