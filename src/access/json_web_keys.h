#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/public_key.h"
#include "domain/result.h"

namespace firstcome::access {

/// RFC 7518 §3.1 and RFC 8037 §3.1.
enum class Algorithm : std::uint8_t { HS256, RS256, ES256, EdDSA };
std::string_view name_of(Algorithm algorithm);

/// Verifies the signatures of tokens, with its one algorithm.
struct VerificationKey {
  std::optional<std::string> id;  ///< `kid`
  Algorithm algorithm{};
  std::string secret;    ///< HS256
  PublicKey public_key;  ///< the others
};

struct JsonWebKeys {
  std::vector<VerificationKey> keys;
  [[nodiscard]] bool has_secret() const;
};

/// Reads a JWKS (RFC 7517 §5). Keys of other uses, types and algorithms are left out, as the RFC wants; if none remains,
/// that is an error. A known key that is too short, not complete or private is one, too. `source` is the name of the file,
/// for errors.
Result<JsonWebKeys> parse_json_web_keys(std::string_view json, const std::string& source);

}  // namespace firstcome::access
