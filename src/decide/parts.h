#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

/// A large hash table is many parts, so that a part grows quickly. Their shares of the entries range from 1 to 2 on a
/// logarithmic scale, as tables grow: so few of them grow at the same time, and one of them uses the memory that another
/// has left.
namespace firstcome::decide::parts {

inline constexpr std::size_t kParts = 256;

/// Twelve bits of a hash → part. The parts below part n have 2^(n / kParts) - 1 of all entries.
using Table = std::array<std::uint8_t, 4096>;

inline const Table kTable = [] {
  Table table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double below = static_cast<double>(i) / static_cast<double>(table.size());
    table[i] = static_cast<std::uint8_t>(std::log2(1 + below) * static_cast<double>(kParts));
  }
  return table;
}();

/// Uses the lower half of the hash, because the tables use the upper half. 0 in a table that is not large yet.
inline std::size_t part_of(std::uint64_t hash, std::size_t parts) {
  return parts == 1 ? 0 : kTable[hash & (kTable.size() - 1)];
}

/// Of this number of entries, how many each part has.
inline std::array<std::size_t, kParts> shares_of(std::size_t entries) {
  std::array<std::size_t, kParts> slots{};
  for (const std::uint8_t part : kTable) ++slots[part];
  for (std::size_t& share : slots) share = entries * share / kTable.size();
  return slots;
}

}  // namespace firstcome::decide::parts
