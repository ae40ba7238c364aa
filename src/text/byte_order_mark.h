#pragma once

#include <string_view>

namespace firstcome::text {

/// Some editors begin a UTF-8 file with it. It is no part of the content.
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace firstcome::text
