#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/record.h"

namespace firstcome::api {

/// Idempotency-Key of a create (draft-ietf-httpapi-idempotency-key-header; docs/decisions/0055). The policy keeps
/// `hash:key`: the key, and a hash of the fields that the create named, in 16 hexadecimal digits.

/// In characters, so that a stored key fits in kCreateKeyLimit.
inline constexpr std::size_t kIdempotencyKeyMost = 100;
inline constexpr std::string_view kIdempotencyKeyRule =
    R"(Idempotency-Key must be 1 to 100 printable ASCII characters in quotes, like "8e03978e-40d5-43e8-bc93-6894a57f9324".)";

/// The key in a header field: a string of RFC 8941 without escapes, or the same without quotes, spaces, commas and
/// semicolons. Nothing for any other value.
std::optional<std::string_view> read_idempotency_key(std::string_view field);

/// What the policy keeps. `command`: as its body was read.
std::string create_key_of(const PolicyCommand& command, std::string_view key);
/// The key of the caller in it.
std::string_view idempotency_key_of(std::string_view create_key);

}  // namespace firstcome::api
