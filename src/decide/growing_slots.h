#pragma once

#include <cstddef>
#include <cstdint>

/// The sizes of tables with open addressing that grow by an eighth when seven eighths of their slots are taken.
namespace firstcome::decide::growing_slots {

inline constexpr std::size_t kFewest = 8;

constexpr bool is_full(std::size_t taken, std::size_t slots) { return taken * 8 >= slots * 7; }
constexpr std::size_t grown(std::size_t slots) { return slots + slots / 8 + kFewest; }
constexpr std::size_t slots_for(std::size_t entries) { return entries * 8 / 7 + kFewest; }

/// The slot at which a search begins. Uses the upper half of the hash.
constexpr std::size_t home_of(std::uint64_t hash, std::size_t slots) { return (hash >> 32) * slots >> 32; }
constexpr std::size_t next(std::size_t slot, std::size_t slots) { return slot + 1 == slots ? 0 : slot + 1; }

}  // namespace firstcome::decide::growing_slots
