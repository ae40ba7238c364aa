#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/json_web_keys.h"

namespace firstcome::test {

/// Signs user tokens with a key that it draws: what the login of a shop does.
class TokenSigner {
 public:
  explicit TokenSigner(access::Algorithm algorithm, std::string key_id = "k1");

  /// For a JWKS: {"kty":…,"kid":…}. With HS256 it has the secret.
  [[nodiscard]] std::string jwk() const;
  /// {"keys":[…]} of this key alone.
  [[nodiscard]] std::string jwks() const { return R"({"keys":[)" + jwk() + "]}"; }
  /// "-----BEGIN PUBLIC KEY-----": not with HS256.
  [[nodiscard]] std::string public_pem() const;

  /// A token of any header and payload, signed with the key's algorithm whatever the header says.
  [[nodiscard]] std::string sign(std::string_view header, std::string_view payload) const;
  /// A token with the usual header.
  [[nodiscard]] std::string token(std::string_view claims) const;
  /// The signature as bytes; of ES256 in the form of JOSE.
  [[nodiscard]] std::string signature(std::string_view text) const;
  /// As OpenSSL makes it; of ES256 it is DER.
  [[nodiscard]] std::string raw_signature(std::string_view text) const;

 private:
  access::Algorithm algorithm_;
  std::string key_id_;
  std::string secret_;     ///< HS256
  access::PublicKey key_;  ///< the others: with the private part
};

std::string hs256(std::string_view secret, std::string_view text);

}  // namespace firstcome::test
