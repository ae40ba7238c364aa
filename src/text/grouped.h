#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace firstcome::text {

/// With a comma between groups of three digits: 1794 → "1,794"
std::string grouped(std::int64_t number);
/// "1 record", "1,794 records", "2 policies"; `what` is the singular.
std::string counted(std::int64_t number, std::string_view what);

}  // namespace firstcome::text
