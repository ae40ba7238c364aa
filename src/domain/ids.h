#pragma once

#include <fmt/core.h>

#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace firstcome {

/// An id that cannot be mistaken for another kind of id. User and policy ids are 1..2^63-1, the range
/// on which PostgreSQL's bigint, SQLite's INTEGER and Java's long agree.
template <class Tag>
struct Id {
  std::int64_t value = 0;

  constexpr Id() = default;
  explicit constexpr Id(std::int64_t number) : value(number) {}
  constexpr auto operator<=>(const Id&) const = default;
  [[nodiscard]] constexpr bool valid() const { return value >= 1; }
};

}  // namespace firstcome

/// As its number.
template <class Tag>
struct fmt::formatter<firstcome::Id<Tag>> {
  constexpr auto parse(fmt::format_parse_context& context) { return context.begin(); }
  auto format(firstcome::Id<Tag> id, fmt::format_context& context) const {
    return fmt::format_to(context.out(), "{}", id.value);
  }
};

namespace firstcome {

using UserId = Id<struct UserTag>;
using PolicyId = Id<struct PolicyTag>;

/// Index of a journal partition, from 0.
using Partition = std::int32_t;
/// Place of a record in its partition, from 0. Offsets rise but are not dense.
using Offset = std::int64_t;
/// Number raised when an operator starts anew on another journal; part of every ticket and batch.
using Era = std::int32_t;

/// Reads a decimal id, 1..2^63-1, nothing before or after it.
std::optional<std::int64_t> parse_id(std::string_view text);

/// A full mix: open-addressing maps need every bit to count, and ids are often consecutive. Keyed, because
/// callers choose ids: without the key nobody can choose many that meet in one place of a table. The key is
/// drawn by each process at its start (docs/decisions/0035-hash-tables-have-a-key-of-the-process.md), so the
/// order of a table is another one in every run, and must reach neither a decision nor a saved row.
struct IdHash {
  using is_avalanching = void;  // boost::unordered: no second mix needed
  template <class Tag>
  std::size_t operator()(Id<Tag> id) const noexcept {
    const std::uint64_t mixed = mix(static_cast<std::uint64_t>(id.value) ^ kKey[0], kKey[1]);
    return mix(mixed ^ kKey[2], kKey[3]);
  }

 private:
  /// Both halves of the product.
  static std::uint64_t mix(std::uint64_t x, std::uint64_t y) noexcept {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(x) * y;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  static const std::array<std::uint64_t, 4> kKey;
};

template <class AnyId, class Value>
using IdMap = boost::unordered_flat_map<AnyId, Value, IdHash>;
template <class AnyId>
using IdSet = boost::unordered_flat_set<AnyId, IdHash>;

}  // namespace firstcome
