#include "api/create_key.h"

#include <fmt/core.h>

#include <algorithm>

#include "domain/policy.h"
#include "domain/policy_numbers.h"
#include "journal/record_json.h"

namespace firstcome::api {
namespace {

constexpr std::size_t kHashSize = 17;  // with the colon
static_assert(kHashSize + kIdempotencyKeyMost <= kCreateKeyLimit);

}  // namespace

std::optional<std::string_view> read_idempotency_key(std::string_view field) {
  const bool is_quoted = field.size() >= 2 && field.front() == '"' && field.back() == '"';
  if (is_quoted) field = field.substr(1, field.size() - 2);
  if (field.empty() || field.size() > kIdempotencyKeyMost) return std::nullopt;
  const auto fits = [&](char c) {
    if (c < 0x20 || c > 0x7e || c == '"' || c == '\\') return false;
    return is_quoted || (c != ' ' && c != ',' && c != ';');
  };
  return std::ranges::all_of(field, fits) ? std::optional(field) : std::nullopt;
}

std::string create_key_of(const PolicyCommand& command, std::string_view key) {
  return fmt::format("{:016x}:{}", hash_of_text(journal::encode(command)), key);
}

std::string_view idempotency_key_of(std::string_view create_key) {
  return create_key.substr(std::min(kHashSize, create_key.size()));
}

}  // namespace firstcome::api
