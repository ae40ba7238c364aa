#include <sys/random.h>

#include "domain/check.h"
#include "domain/ids.h"

namespace firstcome {
namespace {

std::array<std::uint64_t, 4> draw_key() {
  std::array<std::uint64_t, 4> key{};
  CHECK(getrandom(key.data(), sizeof key, 0) == sizeof key);
  key[1] |= 1;  // an odd multiplier loses no bit
  key[3] |= 1;
  return key;
}

}  // namespace

const std::array<std::uint64_t, 4> IdHash::kKey = draw_key();

}  // namespace firstcome
