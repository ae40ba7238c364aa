#include <gmock/gmock.h>

#include "test/http/credentials.h"
#include "test/http/node_test.h"

namespace firstcome::test {
namespace {

class PressLimit : public NodeTest {
 protected:
  PressLimit() {
    settings_.server.limits = {.press_rate = 1, .press_burst = 3};
    restart();
  }
};

TEST_F(PressLimit, AUserWhoPressesTooOftenGets429AndNoOneElseDoes) {
  const std::string id = create(R"("name":"a","maxCount":1000)");
  EXPECT_EQ(issue(id, 42).status, 201);
  // Two more are in the bucket, and one a second. More than one per second cannot be sent only if a press takes a second.
  Response refused;
  for (int press = 0; press < 100 && refused.status != 429; ++press) refused = issue(id, 42);
  ASSERT_EQ(refused.status, 429) << refused.body;
  EXPECT_EQ(refused.result(), "TOO_MANY_REQUESTS");
  EXPECT_EQ(refused.json("policyId"), id);
  EXPECT_EQ(refused.json("userId"), "42");
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_EQ(refused.header("ratelimit-policy"), R"("press";q=3;w=3)");
  EXPECT_EQ(refused.header("ratelimit"), R"("press";r=0;t=1)");
  EXPECT_EQ(issue(id, 43).status, 201) << "another user of the same address";
  const std::string other = create(R"("name":"b","maxCount":1000)");
  EXPECT_EQ(issue(other, 42).status, 201) << "the same user, another policy";
  EXPECT_EQ(user("GET", "/v1/policies/" + id).status, 200) << "only issue requests count";
}

TEST_F(PressLimit, ARequestThatCannotBeReadIsNotCharged) {
  const std::string id = create(R"("name":"a","maxCount":1000)");
  for (int press = 0; press < 20; ++press) {
    EXPECT_EQ(user("POST", "/v1/policies/" + id + "/coupons", R"({"userId":)").status, 400);
  }
  EXPECT_EQ(issue(id, 42).status, 201);
}

TEST_F(PressLimit, BehindATrustedProxyTheClientIsTheOneThatItNames) {
  settings_.server.trusted_proxies = net::TrustedProxies({*net::Network::parse("127.0.0.0/8")});
  restart();
  const std::string id = create(R"("name":"a","maxCount":1000)");
  const auto press_for = [&](const std::string& address) {
    return issue(id, 42, "X-Forwarded-For: " + address + "\r\n");
  };
  Response refused;
  for (int press = 0; press < 100 && refused.status != 429; ++press)
    refused = press_for("198.51.100.7, 203.0.113.9");
  ASSERT_EQ(refused.status, 429);
  EXPECT_NE(press_for("203.0.113.10").status, 429) << "another client";
}

TEST_F(PressLimit, AClientThatIsNoTrustedProxyCannotNameAnother) {
  const std::string id = create(R"("name":"a","maxCount":1000)");
  Response refused;
  for (int press = 0; press < 100 && refused.status != 429; ++press) {
    refused = issue(id, 42, "X-Forwarded-For: 203.0.113." + std::to_string(press + 1) + "\r\n");
  }
  EXPECT_EQ(refused.status, 429);
}

class LimitOfCallers : public PressLimit {
 protected:
  LimitOfCallers() {
    settings_.server.credentials = open_credentials(
        {.keys_file = files_.write("keys.toml", CredentialFiles::key("shop", "\"issue\", \"read\"", kShop)),
         .jwt_keys_file = files_.write("jwks.json", CredentialFiles::jwks())});
    settings_.server.limits = {.press_rate = 1, .press_burst = 3, .key_rate = 20};
    restart();
  }
  /// Presses until the answer is 429 and returns it.
  Response refused(const std::string& policy, std::int64_t user_id, const std::string& headers) {
    Response response;
    for (int press = 0; press < 100 && response.status != 429; ++press)
      response = issue(policy, user_id, headers);
    return response;
  }
  const std::string kShop = "fck_shop_01234567890123456789012345678901";
  CredentialFiles files_;
};

TEST_F(LimitOfCallers, ATokenAKeyAndAnAddressHaveBucketsOfTheirOwnForOneUser) {
  const std::string id = create(R"("name":"a","maxCount":1000)");
  const std::string token = bearer(CredentialFiles::token_of(42));
  EXPECT_EQ(refused(id, 42, "").status, 429);
  EXPECT_NE(issue(id, 42, token).status, 429) << "an anonymous caller cannot use up the bucket of a user";
  EXPECT_EQ(refused(id, 42, token).status, 429);
  EXPECT_NE(issue(id, 42, bearer(kShop)).status, 429);
  EXPECT_EQ(issue(id, 43, bearer(CredentialFiles::token_of(43))).status, 201);
}

TEST_F(LimitOfCallers, ARefusedCredentialIsChargedToNoOne) {
  const std::string id = create(R"("name":"a","maxCount":1000)");
  for (int press = 0; press < 30; ++press) {
    EXPECT_EQ(issue(id, 42, bearer(CredentialFiles::token_of(42) + "A")).status, 401);
  }
  EXPECT_EQ(issue(id, 42, bearer(CredentialFiles::token_of(42))).status, 201);
}

TEST_F(LimitOfCallers, TheRequestsOfAKeyHaveARateOfTheirOwn) {
  const std::string id = create(R"("name":"a","maxCount":1000)");
  Response response;
  for (int request = 0; request < 1000 && response.status != 429; ++request) {
    response = user("GET", "/v1/policies/" + id, {}, bearer(kShop));
  }
  ASSERT_EQ(response.status, 429);
  EXPECT_EQ(response.header("ratelimit-policy"), R"("key";q=20;w=1)");
  EXPECT_EQ(user("GET", "/v1/policies/" + id).status, 200) << "other callers are not affected";
}

}  // namespace
}  // namespace firstcome::test
