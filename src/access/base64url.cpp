#include "access/base64url.h"

#include <sodium.h>

#include <algorithm>

namespace firstcome::access {

std::string to_base64url(std::string_view bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), kVariant);
  text.pop_back();  // the NUL
  return text;
}

bool append_base64url(std::string_view text, std::string& bytes) {
  const std::size_t before = bytes.size();
  bytes.resize(before + text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  const char* end = nullptr;
  const int failed = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data() + before),
                                       bytes.size() - before, text.data(), text.size(), nullptr, &size, &end,
                                       sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  const bool decoded = failed == 0 && end == text.data() + text.size();
  bytes.resize(decoded ? before + size : before);
  return decoded;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes;
  if (!append_base64url(text, bytes)) return std::nullopt;
  return bytes;
}

bool is_base64url(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

}  // namespace firstcome::access
