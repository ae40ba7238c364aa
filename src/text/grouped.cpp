#include "text/grouped.h"

#include <fmt/core.h>

namespace firstcome::text {

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t sign = number < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > sign + 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::string counted(std::int64_t number, std::string_view what) {
  if (number == 1) return fmt::format("1 {}", what);
  if (!what.ends_with('y')) return fmt::format("{} {}s", grouped(number), what);
  what.remove_suffix(1);
  return fmt::format("{} {}ies", grouped(number), what);
}

}  // namespace firstcome::text
