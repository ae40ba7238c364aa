/// Arbitrary bytes as a credential, and as header and claims of a token with a right signature: never a crash, and what is
/// accepted names a user and has an end.
#include <string>

#include "access/base64url.h"
#include "access/token_reader.h"
#include "domain/check.h"
#include "test/fuzz/bytes.h"
#include "test/kits/access/token_signer.h"

using namespace firstcome;
using namespace firstcome::access;

namespace {

const std::string kSecret = "0123456789abcdef0123456789abcdef";
const Timestamp kNow = from_millis(1'800'000'000'000);

std::vector<VerificationKey> keys() {
  // HS256 without a key id, and the keys of RFC 7515 A.3 and RFC 8037 A.2.
  auto set = parse_json_web_keys(
      R"({"keys":[{"kty":"oct","k":")" + to_base64url(kSecret) +
          R"("},{"kty":"EC","crv":"P-256","kid":"e","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},)"
          R"({"kty":"OKP","crv":"Ed25519","kid":"d","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})",
      "jwks");
  CHECK(set.ok());
  return std::move(set->keys);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<VerificationKey> known = keys();
  static TokenReader reader;
  fuzz::Bytes bytes(data, size);
  const std::uint8_t choices = bytes.byte();
  const TokenRules rules{.issuer = (choices & 1) != 0 ? "i" : "",
                         .audience = (choices & 2) != 0 ? "a" : "",
                         .user_claim = "sub",
                         .policies_claim = (choices & 4) != 0 ? "policies" : "",
                         .leeway = milliseconds(30'000)};
  TokenClaims claims;
  if ((choices & 8) != 0) {
    const std::string credential(bytes.rest());
    const bool is_token = looks_like_token(credential);
    const Denial denial = reader.verify(credential, known, rules, kNow, claims);
    CHECK(is_token || denial != Denial::None);
    return 0;
  }
  const std::string header((choices & 16) != 0 ? bytes.until('\n') : R"({"alg":"HS256"})");
  const std::string text = to_base64url(header) + '.' + to_base64url(bytes.rest());
  const std::string token = text + '.' + to_base64url(test::hs256(kSecret, text));
  if (reader.verify(token, known, rules, kNow, claims) != Denial::None) return 0;
  CHECK(claims.user.valid() && claims.expires > kNow);
  CHECK((choices & 4) == 0 || claims.policies != nullptr);
  return 0;
}
