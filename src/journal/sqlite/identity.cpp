#include "journal/sqlite/identity.h"

#include <cstdint>
#include <random>

namespace firstcome::journal {

std::string new_identity() {
  constexpr const char* kDigits = "0123456789abcdef";
  std::random_device random;  // the system's own source
  std::string uuid;
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) uuid += '-';
    std::uint32_t nibble = random() & 0xF;
    if (digit == 12) nibble = 4;                   // the version
    if (digit == 16) nibble = 8 | (nibble & 0x3);  // the variant
    uuid += kDigits[nibble];
  }
  return uuid;
}

}  // namespace firstcome::journal
