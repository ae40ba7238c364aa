#include "journal/kafka/sasl_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firstcome::journal::kafka {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Properties = std::vector<std::pair<std::string, std::string>>;

constexpr bool kWithOidc = true, kWithoutOidc = false;

std::string why_not(const Properties& properties, bool has_oidc) {
  const Status checked = check_sasl(properties, has_oidc);
  return checked.ok() ? "accepted" : checked.error().text();
}

TEST(SaslRules, PasswordsAndCertificatesNeedNothing) {
  EXPECT_EQ(why_not({}, kWithoutOidc), "accepted");
  EXPECT_EQ(why_not({{"sasl.mechanism", "SCRAM-SHA-512"}, {"sasl.username", "edge"}}, kWithoutOidc),
            "accepted");
}

TEST(SaslRules, TokensOfAnIssuerNeedALibraryThatCanAskIt) {
  for (const char* key : {"sasl.mechanism", "sasl.mechanisms"}) {
    for (const char* method : {"oidc", "OIDC"}) {
      const Properties properties = {{key, "OAUTHBEARER"}, {"sasl.oauthbearer.method", method}};
      EXPECT_EQ(why_not(properties, kWithOidc), "accepted");
      EXPECT_THAT(why_not(properties, kWithoutOidc),
                  AllOf(HasSubstr("libcurl"), HasSubstr("Debian 13"), HasSubstr("platforms.md")));
    }
  }
}

TEST(SaslRules, TokensFromNowhereAreRefusedInsteadOfNeverConnecting) {
  EXPECT_THAT(why_not({{"sasl.mechanism", "OAUTHBEARER"}}, kWithOidc),
              HasSubstr("requires 'sasl.oauthbearer.method' = oidc"));
  EXPECT_THAT(why_not({{"sasl.mechanism", "OAUTHBEARER"}, {"sasl.oauthbearer.method", "default"}}, kWithOidc),
              HasSubstr("requires 'sasl.oauthbearer.method' = oidc"));
}

TEST(SaslRules, TheMechanismOfAmazonMskNamesTheOnesThatWorkThere) {
  EXPECT_THAT(why_not({{"sasl.mechanism", "AWS_MSK_IAM"}}, kWithOidc),
              AllOf(HasSubstr("not supported yet"), HasSubstr("SCRAM-SHA-512")));
}

}  // namespace
}  // namespace firstcome::journal::kafka
