#pragma once

#include <array>
#include <string>
#include <string_view>

#include "access/caller.h"

namespace firstcome::access {

/// A key has this prefix and 32 random bytes in base64url. Programs that look for leaked secrets find the prefix, and no
/// token begins with it.
inline constexpr std::string_view kKeyPrefix = "fck_";

using Sha256 = std::array<unsigned char, 32>;

Sha256 sha256_of(std::string_view text);
std::string to_hex(const Sha256& hash);
/// 64 hexadecimal digits.
bool from_hex(std::string_view text, Sha256& hash);

/// 1 to 64 letters, digits, '.', '_' and '-'.
bool is_key_name(std::string_view name);

struct NewKey {
  std::string secret;  ///< for the service: shown once and stored nowhere
  std::string sha256;  ///< of the secret, for the keys file
  std::string toml;    ///< the [[key]] table for the keys file
};
/// Draws a secret. `name` is a key name, and `scopes` is not empty.
NewKey make_key(std::string_view name, Scopes scopes);

}  // namespace firstcome::access
