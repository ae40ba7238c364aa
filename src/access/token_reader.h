#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/denial.h"
#include "access/json_web_keys.h"
#include "access/signature_verifier.h"
#include "domain/ids.h"
#include "domain/time.h"

namespace firstcome::access {

/// What a token must have.
struct TokenRules {
  std::string issuer;    ///< empty: any
  std::string audience;  ///< empty: any
  std::string user_claim;
  std::string policies_claim;  ///< empty: none
  std::chrono::milliseconds leeway{};
};

/// What an accepted token says.
struct TokenClaims {
  UserId user;
  std::shared_ptr<const std::vector<PolicyId>> policies;  ///< sorted; null: every policy
  Timestamp expires{};                                    ///< with the leeway
};

/// Three parts in base64url; only the last one may be empty. Every such credential without the prefix of a key is a token.
bool looks_like_token(std::string_view credential);

/// Reads and verifies user tokens: JWTs (RFC 7519) in the compact form of a JWS (RFC 7515 §7.1), by the rules of RFC 8725.
/// Nothing of the claims is read before the signature is verified. Keeps its memory; one per thread.
class TokenReader {
 public:
  TokenReader();
  ~TokenReader();

  /// `token` is one that looks_like_token(). `claims` is valid if there is no denial.
  Denial verify(std::string_view token, const std::vector<VerificationKey>& keys, const TokenRules& rules,
                Timestamp now, TokenClaims& claims);

 private:
  struct Json;
  Denial find_key(std::string_view header, const std::vector<VerificationKey>& keys,
                  const VerificationKey*& key);
  Denial read_claims(const TokenRules& rules, Timestamp now, TokenClaims& claims);

  std::unique_ptr<Json> json_;
  SignatureVerifier signatures_;
  std::string header_;
  std::string payload_;
  std::string signature_;
};

}  // namespace firstcome::access
