#include "domain/home.h"

#include <charconv>

#include "domain/check.h"

namespace firstcome {

std::uint32_t murmur2(std::string_view bytes) {
  constexpr std::uint32_t kMultiplier = 0x5bd1e995;
  constexpr std::uint32_t kSeed = 0x9747b28c;
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]));
  };
  const std::size_t whole = bytes.size() & ~std::size_t{3};
  std::uint32_t h = kSeed ^ static_cast<std::uint32_t>(bytes.size());
  for (std::size_t i = 0; i < whole; i += 4) {
    std::uint32_t k = byte(i) | byte(i + 1) << 8 | byte(i + 2) << 16 | byte(i + 3) << 24;
    k *= kMultiplier;
    k ^= k >> 24;
    k *= kMultiplier;
    h *= kMultiplier;
    h ^= k;
  }
  switch (bytes.size() - whole) {
    case 3: h ^= byte(whole + 2) << 16; [[fallthrough]];
    case 2: h ^= byte(whole + 1) << 8; [[fallthrough]];
    case 1:
      h ^= byte(whole);
      h *= kMultiplier;
      break;
    default: break;
  }
  h ^= h >> 13;
  h *= kMultiplier;
  h ^= h >> 15;
  return h;
}

Partition home(PolicyId policy, std::int32_t partitions) {
  CHECK(partitions > 0);
  char text[20];
  const auto end = std::to_chars(text, text + sizeof text, policy.value).ptr;
  const std::uint32_t positive = murmur2({text, static_cast<std::size_t>(end - text)}) & 0x7fffffff;
  return static_cast<Partition>(positive % static_cast<std::uint32_t>(partitions));
}

}  // namespace firstcome
