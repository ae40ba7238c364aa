#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace firstcome::access {

/// Base64url of RFC 4648 §5 without padding, as JOSE uses it: one text for each sequence of bytes.
std::string to_base64url(std::string_view bytes);
/// Appends nothing and returns false for any other character, padding, or bits that are not zero after the last byte.
bool append_base64url(std::string_view text, std::string& bytes);
std::optional<std::string> from_base64url(std::string_view text);
/// Has only the characters of the alphabet.
bool is_base64url(std::string_view text);

}  // namespace firstcome::access
