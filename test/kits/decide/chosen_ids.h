#pragma once

#include <cstdint>
#include <vector>

#include "domain/ids.h"

namespace firstcome::decide {

/// User ids as an attacker would choose them: under a hash without a key, which can be inverted, all of them
/// have the same upper half, so they collide in every table.
inline std::vector<UserId> chosen_ids(std::size_t count) {
  constexpr std::uint64_t kMultiplier = 0xe9846af9b1a615dULL;
  std::uint64_t inverse = kMultiplier;  // modulo 2^64; each step doubles the number of correct bits
  for (int i = 0; i < 6; ++i) inverse *= 2 - kMultiplier * inverse;
  const auto unshift = [](std::uint64_t x, int bits) {
    std::uint64_t result = x;
    for (int done = bits; done < 64; done += bits) result = x ^ (result >> bits);
    return result;
  };
  std::vector<UserId> ids;
  for (std::uint64_t low = 0; ids.size() < count; ++low) {
    std::uint64_t x = unshift((0x5eedULL << 32) | low, 28);
    x = unshift(x * inverse, 32);
    x = unshift(x * inverse, 32);
    const UserId id{static_cast<std::int64_t>(x)};
    if (id.valid()) ids.push_back(id);
  }
  return ids;
}

}  // namespace firstcome::decide
