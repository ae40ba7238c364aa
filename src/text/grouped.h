#pragma once

#include <cstdint>
#include <string>

namespace firstcome::text {

/// With a comma between groups of three digits: 1794 → "1,794"
std::string grouped(std::int64_t number);

}  // namespace firstcome::text
