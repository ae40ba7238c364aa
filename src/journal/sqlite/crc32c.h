#pragma once

#include <cstdint>
#include <string_view>

namespace firstcome::journal {

/// CRC-32C of `seed` (as its eight little-endian bytes) followed by `bytes`. By the processor's own
/// instruction where it has one: every byte of the journal passes through here, on the way in and on the way
/// out.
std::uint32_t crc32c(std::uint64_t seed, std::string_view bytes);
/// The same without that instruction.
std::uint32_t portable_crc32c(std::uint64_t seed, std::string_view bytes);

}  // namespace firstcome::journal
