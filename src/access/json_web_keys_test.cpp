#include "access/json_web_keys.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access/base64url.h"
#include "access/signature_verifier.h"
#include "test/kits/access/token_signer.h"

namespace firstcome::access {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// The examples of the RFCs, as they are printed there.
constexpr std::string_view kRfc7515A1Key =
    R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})";
constexpr std::string_view kRfc7515A1Token =
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::string_view kRfc7515A2Key =
    R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL)"
    R"(-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WT)"
    R"(BEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDT)"
    R"(W9gb54h4FRWyuXpoQ","e":"AQAB"})";
constexpr std::string_view kRfc7515A2Token =
    "eyJhbGciOiJSUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dn"
    "ZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC"
    "-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
constexpr std::string_view kRfc7515A3Key =
    R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
constexpr std::string_view kRfc7515A3Token =
    "eyJhbGciOiJFUzI1NiJ9."
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
constexpr std::string_view kRfc8037A2Key =
    R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
constexpr std::string_view kRfc8037A4Token =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
constexpr std::string_view kRfc7517A1 =
    R"({"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",)"
    R"("y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"},)"
    R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXj)"
    R"(BZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgd)"
    R"(AZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8aw)"
    R"(apJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}]})";
constexpr std::string_view kRfc7517A3 =
    R"({"keys":[{"kty":"oct","alg":"A128KW","k":"GawgguFyGrWKav7AX4VKUg"},)"
    R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",)"
    R"("kid":"HMAC key used in JWS spec Appendix A.1 example"}]})";

std::string set_of(std::string_view jwk) { return fmt::format(R"({{"keys":[{}]}})", jwk); }

Result<JsonWebKeys> parse(std::string_view json) { return parse_json_web_keys(json, "jwks.json"); }

std::string error_of(std::string_view json) {
  const auto set = parse(json);
  return set ? "" : set.error().text();
}

TEST(JsonWebKeys, VerifyTheExamplesOfTheRfcs) {
  const std::vector<std::tuple<std::string_view, std::string_view, Algorithm>> examples = {
      {kRfc7515A1Key, kRfc7515A1Token, Algorithm::HS256},
      {kRfc7515A2Key, kRfc7515A2Token, Algorithm::RS256},
      {kRfc7515A3Key, kRfc7515A3Token, Algorithm::ES256},
      {kRfc8037A2Key, kRfc8037A4Token, Algorithm::EdDSA}};
  SignatureVerifier verifier;
  for (const auto& [jwk, token, algorithm] : examples) {
    const auto set = parse(set_of(jwk));
    ASSERT_TRUE(set) << set.error().text();
    ASSERT_EQ(set->keys.size(), 1u);
    EXPECT_EQ(set->keys[0].algorithm, algorithm);
    const auto dot = token.rfind('.');
    std::string signature = *from_base64url(token.substr(dot + 1));
    EXPECT_TRUE(verifier.verify(set->keys[0], token.substr(0, dot), signature)) << token;
    EXPECT_FALSE(verifier.verify(set->keys[0], token.substr(0, dot - 1), signature)) << token;
    for (const std::size_t at : {std::size_t{0}, signature.size() / 2, signature.size() - 1}) {
      std::string forged = signature;
      forged[at] = static_cast<char>(forged[at] ^ 1);
      EXPECT_FALSE(verifier.verify(set->keys[0], token.substr(0, dot), forged)) << token;
    }
  }
}

TEST(JsonWebKeys, OnlyThoseForSignaturesAreUsed) {
  const auto a1 = parse(kRfc7517A1);
  ASSERT_TRUE(a1) << a1.error().text();
  ASSERT_EQ(a1->keys.size(), 1u) << "the other one is for encryption";
  EXPECT_EQ(a1->keys[0].id, "2011-04-29");
  EXPECT_FALSE(a1->has_secret());

  const auto a3 = parse(kRfc7517A3);
  ASSERT_TRUE(a3) << a3.error().text();
  ASSERT_EQ(a3->keys.size(), 1u) << "the other one wraps keys";
  EXPECT_EQ(a3->keys[0].id, "HMAC key used in JWS spec Appendix A.1 example");
  EXPECT_TRUE(a3->has_secret());

  const std::string usable = test::TokenSigner(Algorithm::EdDSA).jwk();
  for (const char* other : {
           R"({"kty":"OKP","crv":"X25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
           R"({"kty":"EC","crv":"P-384","x":"AA","y":"AA"})",
           R"({"kty":"AKP","alg":"ML-DSA-44","pub":"AA"})",
           R"({"kty":"RSA","alg":"PS256","n":"AA","e":"AQAB"})",
           R"({"kty":"oct","k":"AA","key_ops":["sign"]})",
           R"({"kty":"oct","k":"AA","key_ops":[]})",
           R"({"kty":"oct","k":"AA","use":"enc"})",
       }) {
    const auto set = parse(fmt::format(R"({{"keys":[{},{}]}})", other, usable));
    ASSERT_TRUE(set) << set.error().text();
    EXPECT_EQ(set->keys.size(), 1u) << other;
    EXPECT_THAT(error_of(set_of(other)), HasSubstr("none of its keys verifies tokens")) << other;
  }
  const auto verifying = parse(set_of(
      R"({"kty":"OKP","crv":"Ed25519","use":"sig","key_ops":["sign","verify"],"alg":"EdDSA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"));
  ASSERT_TRUE(verifying) << verifying.error().text();
  EXPECT_EQ(verifying->keys.size(), 1u);
}

TEST(JsonWebKeys, WithoutKeysAreASetThatAcceptsNoToken) {
  const auto set = parse(R"({"keys":[]})");
  ASSERT_TRUE(set);
  EXPECT_TRUE(set->keys.empty());
}

TEST(JsonWebKeys, AreRefusedIfTheyArePrivate) {
  for (
      const char* jwk : {
          R"({"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"a"})",
          R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"AA","kid":"a"})",
          R"({"kty":"RSA","n":"AA","e":"AQAB","d":"AA","kid":"a"})",
          R"({"kty":"RSA","n":"AA","e":"AQAB","d":"AA","use":"enc","kid":"a"})",
      }) {
    EXPECT_THAT(error_of(set_of(jwk)),
                AllOf(HasSubstr("jwks.json: key 1 (kid a): 'd' is a part of a private key"),
                      HasSubstr("give only public keys")));
  }
}

TEST(JsonWebKeys, AreRefusedWithWhatIsWrong) {
  const std::string off_curve =
      R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"})";
  const std::string twice = set_of(std::string(kRfc8037A2Key) + "," + std::string(kRfc8037A2Key));
  const std::string short_rsa =
      fmt::format(R"({{"kty":"RSA","n":"{}","e":"AQAB"}})", to_base64url(std::string(128, '\xff')));
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", "this is no JSON object"},
      {R"({"keys":[],"keys":[]})", "without repeated members"},
      {"[]", "this is no JSON object"},
      {"{}", "a JWKS has the list 'keys'"},
      {std::string(kRfc8037A2Key), "a JWKS has the list 'keys'"},
      {R"({"keys":[7]})", "key 1 is no object"},
      {R"({"keys":[{}]})", "key 1: it needs the text 'kty'"},
      {set_of(R"({"kty":"oct"})"), "needs the text 'k'"},
      {set_of(R"({"kty":"oct","k":"c2hvcnQ"})"), "'k' has 5 bytes; HS256 needs 32"},
      {set_of(R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ+EstJQLr/T="})"),
       "'k' must be base64url"},
      {set_of(R"({"kty":"RSA","n":"AQAB"})"), "needs the text 'e'"},
      {set_of(R"({"kty":"RSA","n":"AQAB","e":"Ag"})"), "are no RSA key"},
      {set_of(short_rsa), "it has 1024 bits; RS256 needs 2048"},
      {set_of(R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA"})"), "must be a point of P-256"},
      {set_of(off_curve), "must be a point of P-256"},
      {set_of(R"({"kty":"OKP","crv":"Ed25519","x":"AA"})"), "32 bytes of an Ed25519 key"},
      {set_of(R"({"kty":"OKP","crv":"Ed25519","kid":7,"x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"),
       "'kid' must be a text"},
  };
  for (const auto& [json, error] : table) {
    EXPECT_THAT(error_of(json), AllOf(HasSubstr("jwks.json"), HasSubstr(error))) << json;
  }
  EXPECT_EQ(error_of(twice), "") << "without kid, tokens without kid are refused while two fit";
  const std::string named = test::TokenSigner(Algorithm::EdDSA, "same").jwk();
  EXPECT_THAT(error_of(set_of(named + "," + named)),
              HasSubstr("key 2 (kid same): another key has the same 'kid'"));
}

}  // namespace
}  // namespace firstcome::access
