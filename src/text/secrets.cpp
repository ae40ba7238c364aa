#include "text/secrets.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace firstcome::text {
namespace {

constexpr std::string_view kStars = "***";

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const int lower = std::tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string decoded(std::string_view name) {
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    char letter = name[i];
    if (letter == '%' && i + 2 < name.size() && hex_digit(name[i + 1]) >= 0 && hex_digit(name[i + 2]) >= 0) {
      letter = static_cast<char>(hex_digit(name[i + 1]) * 16 + hex_digit(name[i + 2]));
      i += 2;
    }
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return text;
}

/// user:password@ of an address, with or without a scheme. A password with a '/' or '?' that is not
/// percent-encoded is replaced, too, up to the last '@'.
void hide_in_user_info(std::string& text) {
  const std::size_t scheme = text.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  const std::size_t colon = text.find(':', begin);
  if (colon == std::string::npos) return;
  const std::size_t path = std::min(text.find_first_of("/?", begin), text.size());
  std::size_t at = text.rfind('@', path);
  if (at == std::string::npos || at < begin) at = text.rfind('@');
  if (at != std::string::npos && colon < at) text.replace(colon + 1, at - colon - 1, kStars);
}

/// The end of the value that begins at `from`. A parameter of a URI ends at '&', the value of a keyword at a
/// space, or, if it is quoted, at the closing quote (PostgreSQL, "Connection Strings").
std::size_t value_end(const std::string& text, std::size_t from, bool is_uri) {
  if (is_uri) return std::min(text.find('&', from), text.size());
  const bool is_quoted = from < text.size() && text[from] == '\'';
  std::size_t end = is_quoted ? from + 1 : from;
  for (; end < text.size(); ++end) {
    if (text[end] == '\\') {
      ++end;
    } else if (is_quoted ? text[end] == '\'' : is_space(text[end])) {
      break;
    }
  }
  return std::min(is_quoted ? end + 1 : end, text.size());
}

bool may_be_in_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-' || c == '%';
}

}  // namespace

bool names_secret(std::string_view name) {
  constexpr std::array<std::string_view, 8> kParts = {
      "password", "passwd",       "passphrase",         "secret",
      "key.pem",  "keystore.key", "oauthbearer.config", "jaas.config"};
  const std::string plain = decoded(name);
  return std::ranges::any_of(kParts,
                             [&](std::string_view part) { return plain.find(part) != std::string::npos; });
}

std::string without_secrets(std::string text) {
  hide_in_user_info(text);
  const bool is_uri = text.find("://") != std::string::npos;
  for (std::size_t equals = text.find('='); equals != std::string::npos;
       equals = text.find('=', equals + 1)) {
    std::size_t end = equals;
    while (end > 0 && is_space(text[end - 1])) --end;
    std::size_t begin = end;
    while (begin > 0 && may_be_in_name(text[begin - 1])) --begin;
    if (!names_secret(std::string_view(text).substr(begin, end - begin))) continue;
    std::size_t from = equals + 1;
    while (from < text.size() && is_space(text[from])) ++from;
    text.replace(from, value_end(text, from, is_uri) - from, kStars);
    equals = from;
  }
  return text;
}

}  // namespace firstcome::text
