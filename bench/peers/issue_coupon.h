#pragma once

#include <string_view>

namespace firstcome::peers {

/// The text of issue_coupon.lua, compiled in.
std::string_view issue_coupon_script();

}  // namespace firstcome::peers
