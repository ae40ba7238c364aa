#pragma once

#include <string_view>

namespace firstcome::text {

/// Some editors begin a UTF-8 file with it. It is no part of the content. JSON does not allow it (RFC 8259 §8.1), but newer
/// versions of simdjson skip it: what one node refuses, every node must refuse.
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace firstcome::text
