#include "text/terminal.h"

#include <fmt/core.h>

#include <cstdint>

namespace firstcome::text {
namespace {

struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
};

unsigned char byte_at(std::string_view text, std::size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
}

/// The first character of UTF-8 text as far as it matters here: up to three bytes. Other bytes are returned
/// one by one; outside of UTF-8, a terminal may take 0x80 to 0x9f for C1.
Character first_of(std::string_view text) {
  const auto follows = [&](std::size_t i) { return (byte_at(text, i) & 0xc0U) == 0x80U; };
  const std::uint32_t lead = byte_at(text, 0);
  const std::uint32_t second = byte_at(text, 1) & 0x3fU;
  const std::uint32_t third = byte_at(text, 2) & 0x3fU;
  if (lead >= 0xc2 && lead < 0xe0 && follows(1)) return {((lead & 0x1fU) << 6) | second, 2};
  if (lead >= 0xe0 && lead < 0xf0 && follows(1) && follows(2))
    return {((lead & 0x0fU) << 12) | (second << 6) | third, 3};
  if (lead >= 0xf0 && lead < 0xf5 && follows(1) && follows(2) && follows(3)) return {0x10000, 4};
  return {lead, 1};
}

bool is_control(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

std::string escaped(std::string_view text, std::string_view kept) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_of(text);
    const bool is_kept = kept.find(text.front()) != std::string_view::npos;
    if (is_control(character.code) && !is_kept) {
      safe += fmt::format("\\u{:04x}", character.code);
    } else {
      safe += text.substr(0, character.bytes);
    }
    text.remove_prefix(character.bytes);
  }
  return safe;
}

}  // namespace

bool has_terminal_controls(std::string_view text) {
  while (!text.empty()) {
    const Character character = first_of(text);
    if (is_control(character.code)) return true;
    text.remove_prefix(character.bytes);
  }
  return false;
}

std::string for_terminal(std::string_view text) { return escaped(text, ""); }
std::string lines_for_terminal(std::string_view text) { return escaped(text, "\n\t"); }

}  // namespace firstcome::text
