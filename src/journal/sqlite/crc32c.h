#pragma once

#include <cstdint>
#include <string_view>

namespace firstcome::journal {

/// CRC-32C of `seed` (as eight little-endian bytes) and `bytes`. Uses the instruction of the CPU if it has
/// one, because every write and every read of the journal computes it.
std::uint32_t crc32c(std::uint64_t seed, std::string_view bytes);
/// The same without the instruction.
std::uint32_t portable_crc32c(std::uint64_t seed, std::string_view bytes);

}  // namespace firstcome::journal
