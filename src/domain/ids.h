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

/// An id with its own type for each kind. User and policy ids are 1..2^63-1, the positive range of
/// PostgreSQL's bigint, SQLite's INTEGER and Java's long.
template <class Tag>
struct Id {
  std::int64_t value = 0;

  constexpr Id() = default;
  explicit constexpr Id(std::int64_t number) : value(number) {}
  constexpr auto operator<=>(const Id&) const = default;
  [[nodiscard]] constexpr bool valid() const { return value >= 1; }
};

}  // namespace firstcome

/// Formats the number.
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

/// Index of a journal partition, 0-based.
using Partition = std::int32_t;
/// Position of a record in its partition, from 0. Offsets increase, with gaps.
using Offset = std::int64_t;
/// The number of the journal that the store follows; part of every ticket and batch. See the glossary.
using Era = std::int32_t;

/// Reads a decimal id, 1..2^63-1, without other characters.
std::optional<std::int64_t> parse_id(std::string_view text);

/// Mixes all bits, because open-addressing maps use them all and ids are often consecutive. Keyed, because callers
/// choose ids: without the key they cannot choose ids that collide. Each process draws its key at the start
/// (docs/decisions/0035-hash-tables-have-a-key-of-the-process.md), so the order of a table differs in every run.
/// No decision and no saved row may depend on it.
struct IdHash {
  using is_avalanching = void;  // boost::unordered needs no second mix
  template <class Tag>
  std::size_t operator()(Id<Tag> id) const noexcept {
    const std::uint64_t mixed = mix(static_cast<std::uint64_t>(id.value) ^ kKey[0], kKey[1]);
    return mix(mixed ^ kKey[2], kKey[3]);
  }

 private:
  /// XOR of both halves of the product.
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
