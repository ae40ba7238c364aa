#include "access/token_reader.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access/base64url.h"
#include "test/kits/access/token_signer.h"

namespace firstcome::access {

void PrintTo(Denial denial, std::ostream* out) { *out << name_of(denial); }

namespace {

using test::TokenSigner;

constexpr std::int64_t kNow = 1'800'000'000;  // seconds

std::vector<VerificationKey> keys_of(const std::string& jwks) {
  auto set = parse_json_web_keys(jwks, "jwks.json");
  EXPECT_TRUE(set.ok()) << (set ? "" : set.error().text());
  return set ? std::move(set->keys) : std::vector<VerificationKey>{};
}

/// One key of each algorithm. Drawing an RSA key takes a moment, so all tests share them.
struct Signers {
  TokenSigner hs{Algorithm::HS256, "hs"};
  TokenSigner rs{Algorithm::RS256, "rs"};
  TokenSigner es{Algorithm::ES256, "es"};
  TokenSigner ed{Algorithm::EdDSA, "ed"};
  static const Signers& get() {
    static const Signers signers;
    return signers;
  }
  [[nodiscard]] std::string jwks() const {
    return fmt::format(R"({{"keys":[{},{},{},{}]}})", hs.jwk(), rs.jwk(), es.jwk(), ed.jwk());
  }
};

class TokenReading : public testing::Test {
 protected:
  Denial verify(std::string_view token) {
    claims_ = {};
    return reader_.verify(token, keys_, rules_, from_millis(kNow * 1000), claims_);
  }
  /// Of a token of the user 42 that is valid for a minute, with more claims.
  static std::string claims(std::string_view more = "") {
    return fmt::format(R"({{"sub":"42","exp":{}{}}})", kNow + 60, more);
  }

  const Signers& signers_ = Signers::get();
  std::vector<VerificationKey> keys_ = keys_of(signers_.jwks());
  TokenRules rules_{.user_claim = "sub", .leeway = std::chrono::seconds(30)};
  TokenReader reader_;
  TokenClaims claims_;
};

TEST_F(TokenReading, ATokenOfEachAlgorithmNamesItsUser) {
  for (const TokenSigner* signer : {&signers_.hs, &signers_.rs, &signers_.es, &signers_.ed}) {
    const std::string token = signer->token(claims());
    ASSERT_TRUE(looks_like_token(token));
    EXPECT_EQ(verify(token), Denial::None) << token;
    EXPECT_EQ(claims_.user, UserId{42});
    EXPECT_EQ(claims_.policies, nullptr);
    EXPECT_EQ(to_millis(claims_.expires), (kNow + 60 + 30) * 1000) << "with the leeway";
  }
}

TEST_F(TokenReading, WithoutAKeyIdTheOneKeyOfTheAlgorithmIsUsed) {
  const std::string token = signers_.es.sign(R"({"alg":"ES256"})", claims());
  EXPECT_EQ(verify(token), Denial::None);
  const TokenSigner other(Algorithm::ES256, "other");
  keys_ = keys_of(fmt::format(R"({{"keys":[{},{}]}})", signers_.es.jwk(), other.jwk()));
  EXPECT_EQ(verify(token), Denial::UnknownKeyId) << "two keys would fit";
}

struct Hostile {
  const char* what;
  std::string token;
  Denial denial;
};

std::string replaced(std::string text, std::size_t at, char other) {
  text[at] = text[at] == other ? 'B' : other;
  return text;
}

/// Header and payload with any signature.
std::string unsigned_token(std::string_view header, std::string_view payload,
                           std::string_view signature = "") {
  return to_base64url(header) + '.' + to_base64url(payload) + '.' + to_base64url(signature);
}

TEST_F(TokenReading, AHostileTokenIsDenied) {
  const auto& [hs, rs, es, ed] = signers_;
  const std::string good = hs.token(claims());
  const std::string hs_header = R"({"alg":"HS256","kid":"rs"})";
  const std::string confused = to_base64url(hs_header) + '.' + to_base64url(claims());
  const std::string pem = rs.public_pem();
  const std::string es_text = to_base64url(R"({"alg":"ES256","kid":"es"})") + '.' + to_base64url(claims());
  const auto with_header = [&](std::string_view header) { return hs.sign(header, claims()); };
  const std::string zeros(64, '\0');
  // clang-format off
  const std::vector<Hostile> table = {
      {"none", unsigned_token(R"({"alg":"none"})", claims()), Denial::WrongAlgorithm},
      {"None", unsigned_token(R"({"alg":"None"})", claims()), Denial::WrongAlgorithm},
      {"nOnE of a known key", unsigned_token(R"({"alg":"nOnE","kid":"hs"})", claims()), Denial::WrongAlgorithm},
      {"none with a signature", hs.sign(R"({"alg":"none","kid":"hs"})", claims()), Denial::WrongAlgorithm},
      {"no alg", with_header(R"({"kid":"hs"})"), Denial::Malformed},
      {"alg is a number", with_header(R"({"alg":256,"kid":"hs"})"), Denial::Malformed},
      {"an algorithm of another key", with_header(R"({"alg":"RS256","kid":"hs"})"), Denial::WrongAlgorithm},
      {"HS512", with_header(R"({"alg":"HS512","kid":"hs"})"), Denial::WrongAlgorithm},
      {"PS256 of the RSA key", rs.sign(R"({"alg":"PS256","kid":"rs"})", claims()), Denial::WrongAlgorithm},
      {"HS256 with the PEM of the RSA key", confused + '.' + to_base64url(test::hs256(pem, confused)), Denial::WrongAlgorithm},
      {"lower case", with_header(R"({"alg":"hs256","kid":"hs"})"), Denial::WrongAlgorithm},
      {"unknown kid", with_header(R"({"alg":"HS256","kid":"hs2"})"), Denial::UnknownKeyId},
      {"empty kid", with_header(R"({"alg":"HS256","kid":""})"), Denial::UnknownKeyId},
      {"kid is a number", with_header(R"({"alg":"HS256","kid":1})"), Denial::Malformed},
      {"kid of the wrong key", es.sign(R"({"alg":"EdDSA","kid":"ed"})", claims()), Denial::BadSignature},
      {"a key in the header", with_header(R"({"alg":"HS256","kid":"x","jwk":)" + hs.jwk() + "}"), Denial::UnknownKeyId},
      {"crit", with_header(R"({"alg":"HS256","kid":"hs","crit":["b64"],"b64":false})"), Denial::Malformed},
      {"empty crit", with_header(R"({"alg":"HS256","kid":"hs","crit":[]})"), Denial::Malformed},
      {"typ of another thing", with_header(R"({"alg":"HS256","kid":"hs","typ":"dpop+jwt"})"), Denial::Malformed},
      {"typ is a number", with_header(R"({"alg":"HS256","kid":"hs","typ":1})"), Denial::Malformed},
      {"alg twice", with_header(R"({"alg":"none","alg":"HS256","kid":"hs"})"), Denial::Malformed},
      {"alg twice, once with an escape", with_header(R"({"\u0061lg":"none","alg":"HS256","kid":"hs"})"), Denial::Malformed},
      {"the header is a list", with_header(R"(["alg"])"), Denial::Malformed},
      {"the header is a text", with_header(R"("alg")"), Denial::Malformed},
      {"bytes after the header", with_header(R"({"alg":"HS256","kid":"hs"}})"), Denial::Malformed},
      {"a header of 2 KB", with_header(R"({"alg":"HS256","kid":"hs","x":")" + std::string(2000, 'x') + R"("})"), Denial::Malformed},
      {"a deep header", with_header(R"({"alg":"HS256","kid":"hs","x":)" + std::string(20, '[') + std::string(20, ']') + "}"), Denial::Malformed},
      {"a NUL in the header", with_header(std::string_view("{\"alg\":\"HS256\",\"kid\":\"hs\0\"}", 27)), Denial::Malformed},
      {"a header not in UTF-8", with_header("{\"alg\":\"HS256\",\"kid\":\"hs\",\"x\":\"\xff\"}"), Denial::Malformed},
      {"a byte order mark", with_header("\xef\xbb\xbf{\"alg\":\"HS256\",\"kid\":\"hs\"}"), Denial::Malformed},

      {"empty signature", good.substr(0, good.rfind('.') + 1), Denial::BadSignature},
      {"empty signature of RSA", unsigned_token(R"({"alg":"RS256","kid":"rs"})", claims()), Denial::BadSignature},
      {"empty signature of P-256", unsigned_token(R"({"alg":"ES256","kid":"es"})", claims()), Denial::BadSignature},
      {"empty signature of Ed25519", unsigned_token(R"({"alg":"EdDSA","kid":"ed"})", claims()), Denial::BadSignature},
      {"zeros as r and s", unsigned_token(R"({"alg":"ES256","kid":"es"})", claims(), zeros), Denial::BadSignature},
      {"zeros as a signature of Ed25519", unsigned_token(R"({"alg":"EdDSA","kid":"ed"})", claims(), zeros), Denial::BadSignature},
      {"DER", es_text + '.' + to_base64url(es.raw_signature(es_text)), Denial::BadSignature},
      {"a changed signature", replaced(good, good.size() - 10, 'A'), Denial::BadSignature},
      {"a short signature", unsigned_token(R"({"alg":"HS256","kid":"hs"})", claims(), std::string(31, 'x')), Denial::BadSignature},
      {"a longer signature", good + "AAAA", Denial::BadSignature},
      {"other claims", hs.token(claims()).substr(0, good.find('.') + 1) + to_base64url(R"({"sub":"43"})") + good.substr(good.rfind('.')), Denial::BadSignature},
      {"a last character with unused bits", replaced(good, good.size() - 1, '_'), Denial::Malformed},
      {"padding", good + "=", Denial::Malformed},
      {"base64 that is not of URLs", replaced(good, good.size() - 10, '+'), Denial::Malformed},
      {"a trailing dot", good + ".", Denial::Malformed},
      {"a leading dot", "." + good, Denial::Malformed},
      {"a NUL", replaced(good, good.size() - 10, '\0'), Denial::Malformed},
      {"two parts", good.substr(0, good.rfind('.')), Denial::Malformed},
      {"five parts, as encrypted ones have", good + ".AAAA.AAAA", Denial::Malformed},
      {"nothing", "", Denial::Malformed},
      {"two dots", "..", Denial::Malformed},

      {"claims that are no JSON", hs.token("sub=42"), Denial::Malformed},
      {"no claims", hs.token(""), Denial::Malformed},
      {"a list", hs.token("[42]"), Denial::Malformed},
      {"exp twice", hs.token(claims(R"(,"exp":1900000000)")), Denial::Malformed},
      {"sub twice", hs.token(claims(R"(,"sub":"43")")), Denial::Malformed},
      {"a member twice further down", hs.token(claims(R"(,"x":[{"a":1,"b":2,"a":3}])")), Denial::Malformed},
      {"deep claims", hs.token(claims(R"(,"x":)" + std::string(2000, '[') + std::string(2000, ']'))), Denial::Malformed},
      {"claims not in UTF-8", hs.token(claims(",\"x\":\"\xc3\x28\"")), Denial::Malformed},
      {"half of a surrogate pair", hs.token(claims(R"(,"x":"\ud800")")), Denial::Malformed},
      {"no exp", hs.token(R"({"sub":"42"})"), Denial::Malformed},
      {"exp is a text", hs.token(R"({"sub":"42","exp":"1900000000"})"), Denial::Malformed},
      {"exp is null", hs.token(R"({"sub":"42","exp":null})"), Denial::Malformed},
      {"exp beyond numbers", hs.token(R"({"sub":"42","exp":1e999})"), Denial::Malformed},
      {"nbf is a text", hs.token(claims(R"(,"nbf":"0")")), Denial::Malformed},
      {"iat is a text", hs.token(claims(R"(,"iat":"0")")), Denial::Malformed},
      {"expired by more than the leeway", hs.token(fmt::format(R"({{"sub":"42","exp":{}}})", kNow - 30)), Denial::ExpiredToken},
      {"expired before 1970", hs.token(R"({"sub":"42","exp":-1e300})"), Denial::ExpiredToken},
      {"not yet", hs.token(claims(fmt::format(R"(,"nbf":{})", kNow + 31))), Denial::NotYetValid},
      {"never", hs.token(claims(R"(,"nbf":1e300)")), Denial::NotYetValid},
  };
  // clang-format on
  for (const Hostile& one : table) EXPECT_EQ(verify(one.token), one.denial) << one.what << ": " << one.token;
  EXPECT_EQ(verify(good), Denial::None) << "the reader still accepts what is right";
}

TEST_F(TokenReading, OnlyAWholeNumberFromOneIsAUser) {
  const auto of = [&](std::string_view user) {
    return verify(signers_.hs.token(fmt::format(R"({{"sub":{},"exp":{}}})", user, kNow + 60)));
  };
  for (const char* user : {"42", R"("42")"}) {
    EXPECT_EQ(of(user), Denial::None) << user;
    EXPECT_EQ(claims_.user, UserId{42});
  }
  for (const char* user : {"9223372036854775807", R"("9223372036854775807")"}) {
    EXPECT_EQ(of(user), Denial::None) << user;
    EXPECT_EQ(claims_.user.value, INT64_MAX);
  }
  for (const char* user : {R"("007")",
                           R"("+7")",
                           R"("-7")",
                           "-7",
                           "7.0",
                           "7e0",
                           "1e3",
                           R"("7.0")",
                           R"("1e3")",
                           R"(" 7")",
                           R"("7 ")",
                           R"("7\u0000")",
                           R"("")",
                           R"("0")",
                           "0",
                           "9223372036854775808",
                           R"("9223372036854775808")",
                           "18446744073709551615",
                           "true",
                           "null",
                           "[7]",
                           R"({"id":7})",
                           R"("0x7")",
                           R"("７")"}) {
    EXPECT_EQ(of(user), Denial::WrongUser) << user;
  }
  EXPECT_EQ(of("18446744073709551616"), Denial::Malformed) << "no number of JSON that is kept exactly";
  EXPECT_EQ(verify(signers_.hs.token(fmt::format(R"({{"exp":{}}})", kNow + 60))), Denial::WrongUser);
}

TEST_F(TokenReading, TheLeewayIsForDifferentClocks) {
  const auto of = [&](std::string_view times) {
    return verify(signers_.hs.token(fmt::format(R"({{"sub":"42",{}}})", times)));
  };
  EXPECT_EQ(of(fmt::format(R"("exp":{})", kNow - 29)), Denial::None);
  EXPECT_EQ(of(fmt::format(R"("exp":{}.5)", kNow - 30)), Denial::None) << "dates may have a fraction";
  EXPECT_EQ(of(fmt::format(R"("exp":{},"nbf":{},"iat":{})", kNow + 60, kNow + 30, kNow + 3600)),
            Denial::None);
  EXPECT_EQ(of(R"("exp":1e300)"), Denial::None);
  EXPECT_EQ(of(R"("exp":-1e300)"), Denial::ExpiredToken);
  EXPECT_EQ(of(R"("exp":1e300,"nbf":1e299)"), Denial::NotYetValid) << "after the year 9999";
  EXPECT_EQ(of(R"("exp":1e300,"nbf":-1e299)"), Denial::None);
}

TEST_F(TokenReading, IssuerAndAudienceAreComparedIfConfigured) {
  EXPECT_EQ(verify(signers_.hs.token(claims(R"(,"iss":"any","aud":["any"])"))), Denial::None);
  rules_.issuer = "https://login.example";
  rules_.audience = "coupons";
  const std::string issuer = R"(,"iss":"https://login.example")";
  // clang-format off
  const std::vector<std::pair<std::string, Denial>> table = {
      {issuer + R"(,"aud":"coupons")", Denial::None},
      {issuer + R"(,"aud":["shop","coupons"])", Denial::None},
      {issuer + R"(,"aud":"shop")", Denial::WrongAudience},
      {issuer + R"(,"aud":["shop",["coupons"]])", Denial::WrongAudience},
      {issuer + R"(,"aud":[])", Denial::WrongAudience},
      {issuer + R"(,"aud":{"coupons":1})", Denial::WrongAudience},
      {issuer, Denial::WrongAudience},
      {R"(,"aud":"coupons")", Denial::WrongIssuer},
      {R"(,"iss":"https://login.example/","aud":"coupons")", Denial::WrongIssuer},
      {R"(,"iss":["https://login.example"],"aud":"coupons")", Denial::WrongIssuer},
  };
  // clang-format on
  for (const auto& [more, denial] : table) EXPECT_EQ(verify(signers_.hs.token(claims(more))), denial) << more;
}

TEST_F(TokenReading, TheClaimOfPoliciesLimitsThemIfConfigured) {
  const std::string listed = signers_.hs.token(claims(R"(,"policies":[8,"7"])"));
  EXPECT_EQ(verify(listed), Denial::None);
  EXPECT_EQ(claims_.policies, nullptr) << "not configured";
  rules_.policies_claim = "policies";
  EXPECT_EQ(verify(listed), Denial::None);
  EXPECT_THAT(*claims_.policies, testing::ElementsAre(PolicyId{7}, PolicyId{8}));
  EXPECT_EQ(verify(signers_.hs.token(claims())), Denial::None);
  EXPECT_THAT(*claims_.policies, testing::IsEmpty()) << "without the claim: no policy";
  for (const char* wrong : {"7", R"("7")", "[7.0]", "[0]", R"(["x"])", "[[7]]", "{}", "null"}) {
    EXPECT_EQ(verify(signers_.hs.token(claims(fmt::format(R"(,"policies":{})", wrong)))),
              Denial::WrongPolicies)
        << wrong;
  }
}

TEST_F(TokenReading, TheTypesOfTokensAreAccepted) {
  for (const char* type : {"JWT", "jwt", "at+jwt", "AT+JWT", "application/at+jwt", "application/jwt"}) {
    const std::string header = fmt::format(R"({{"alg":"HS256","kid":"hs","typ":"{}"}})", type);
    EXPECT_EQ(verify(signers_.hs.sign(header, claims())), Denial::None) << type;
  }
}

TEST(TokenShape, IsThreePartsInBase64Url) {
  for (const char* token : {"a.b.c", "eyJ.e-_.", "a.b."}) EXPECT_TRUE(looks_like_token(token)) << token;
  for (const char* other : {"", "..", ".b.c", "a..c", "a.b", "a.b.c.d", "a.b.c.", "a.b.c=", "a.b+.c",
                            "a b.c.d", "0123456789abcdef", "fck_0123456789abcdef"}) {
    EXPECT_FALSE(looks_like_token(other)) << other;
  }
}

}  // namespace
}  // namespace firstcome::access
