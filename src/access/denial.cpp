#include "access/denial.h"

#include "domain/check.h"

namespace firstcome::access {

std::string_view name_of(Denial denial) {
  switch (denial) {
    case Denial::None: return "none";
    case Denial::Malformed: return "malformed";
    case Denial::NotConfigured: return "not_configured";
    case Denial::UnknownKey: return "unknown_key";
    case Denial::ExpiredKey: return "expired_key";
    case Denial::UnknownKeyId: return "unknown_key_id";
    case Denial::WrongAlgorithm: return "wrong_algorithm";
    case Denial::BadSignature: return "bad_signature";
    case Denial::ExpiredToken: return "expired_token";
    case Denial::NotYetValid: return "not_yet_valid";
    case Denial::WrongIssuer: return "wrong_issuer";
    case Denial::WrongAudience: return "wrong_audience";
    case Denial::WrongUser: return "wrong_user";
    case Denial::WrongPolicies: return "wrong_policies";
  }
  CHECK(false);
}

std::string_view explain(Denial denial) {
  switch (denial) {
    case Denial::None: return "";
    case Denial::Malformed:
      return "The Authorization field must be Bearer, a space, and a key or a signed JWT of at most 8192 bytes.";
    case Denial::NotConfigured: return "This server accepts no credential of this kind.";
    case Denial::UnknownKey: return "The key is not valid.";
    case Denial::ExpiredKey: return "The key has expired.";
    case Denial::UnknownKeyId: return "The token is not signed with a key that this server knows.";
    case Denial::WrongAlgorithm: return "The token's alg is not the algorithm of its key.";
    case Denial::BadSignature: return "The token's signature is not valid.";
    case Denial::ExpiredToken: return "The token has expired.";
    case Denial::NotYetValid: return "The token is not valid yet.";
    case Denial::WrongIssuer: return "The token is from another issuer.";
    case Denial::WrongAudience: return "The token is for another audience.";
    case Denial::WrongUser:
      return "The token does not name a user: the claim must be a whole number from 1 to 9223372036854775807.";
    case Denial::WrongPolicies: return "The token's list of policies is not a list of policy ids.";
  }
  CHECK(false);
}

}  // namespace firstcome::access
