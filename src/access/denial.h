#pragma once

#include <cstdint>
#include <string_view>

namespace firstcome::access {

/// Why a credential is not accepted. Every one of them is a 401.
enum class Denial : std::uint8_t {
  None,
  Malformed,       ///< no bearer credential, too long, or no well-formed token
  NotConfigured,   ///< this server accepts no credential of this kind
  UnknownKey,      ///< no key has this secret
  ExpiredKey,      ///< the key has this secret, but not any more
  UnknownKeyId,    ///< no key of the JWKS has the token's `kid`, or none fits a token without one
  WrongAlgorithm,  ///< the token's `alg` is not the algorithm of its key
  BadSignature,    ///< the signature was not made with the key
  ExpiredToken,    ///< `exp` has passed
  NotYetValid,     ///< `nbf` has not come
  WrongIssuer,     ///< `iss`
  WrongAudience,   ///< `aud`
  WrongUser,       ///< the claim of the user is no id
  WrongPolicies,   ///< the claim of the policies is no list of ids
};
inline constexpr int kDenials = 14;

/// The value of the metric's label: "unknown_key".
std::string_view name_of(Denial denial);
/// One sentence for the caller. It says nothing that helps to guess a credential: the secret of a key is either right or
/// wrong, and a token's claims are known to the caller.
std::string_view explain(Denial denial);

}  // namespace firstcome::access
