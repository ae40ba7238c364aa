#include <gmock/gmock.h>

#include "test/http/node_test.h"

namespace firstcome::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kLastUser = INT64_MAX;
constexpr const char* kLastPolicy = "9223372036854775807";

class Ids : public NodeTest {
 protected:
  void SetUp() override { create(std::string(R"("id":")") + kLastPolicy + R"(","name":"a","maxCount":2)"); }

  /// Every kind of answer that has an id, on either listener.
  std::vector<Response> answers(const std::string& query, const std::string& headers) {
    const std::string policies = "/v1/policies";
    const std::string policy = policies + "/" + kLastPolicy;
    const auto press = [&](std::int64_t id) {
      return user("POST", policy + "/coupons" + query, R"({"userId":)" + std::to_string(id) + "}", headers);
    };
    std::vector<Response> all;
    const Response won = press(kLastUser);
    EXPECT_LE(won.status, 201) << won.body;
    all.push_back(won);
    all.push_back(press(kLastUser));
    all.push_back(press(kLastUser - 1));
    all.push_back(press(kLastUser - 2));  // SOLD_OUT
    if (!won.text("ticket").empty()) ticket_ = won.text("ticket");
    all.push_back(user("GET", "/v1/requests/" + ticket_ + query, "", headers));
    all.push_back(user("GET", "/v1/users/" + std::to_string(kLastUser) + "/coupons" + query, "", headers));
    all.push_back(user("GET", policy + query, "", headers));
    all.push_back(user("GET", policies + query, "", headers));
    all.push_back(user("GET", policies + "/8" + query, "", headers));
    all.push_back(admin("PATCH", policy + query, R"({"maxCount":1})", headers));  // REFUSED
    all.push_back(admin("PATCH", policy + query, R"({"maxCount":2})", headers));
    all.push_back(admin("POST", policies + query,
                        std::string(R"({"id":)") + kLastPolicy + R"(,"name":"a","maxCount":1})", headers));
    return all;
  }

 private:
  std::string ticket_;  ///< repeats have none
};

/// "policyId":7 is found also in "policyId":7}, so the text has what is before a number only.
constexpr const char* kKeys[] = {R"("policyId":)", R"("userId":)", R"("id":)"};

void expect_strings(const std::vector<Response>& answers) {
  for (const Response& answer : answers) {
    bool has_id = false;
    for (const std::string key : kKeys) {
      has_id = has_id || answer.body.find(key + '"') != std::string::npos;
      for (const char* digit : {"1", "2", "3", "4", "5", "6", "7", "8", "9"}) {
        EXPECT_THAT(answer.body, Not(HasSubstr(key + digit)));
      }
    }
    EXPECT_TRUE(has_id) << answer.body;
  }
}

void expect_numbers(const std::vector<Response>& answers) {
  for (const Response& answer : answers) {
    for (const std::string key : kKeys) EXPECT_THAT(answer.body, Not(HasSubstr(key + '"')));
  }
}

TEST_F(Ids, AreNumbersUnlessStringsAreAskedFor) {
  expect_numbers(answers("", ""));
  expect_numbers(answers("", "Accept: application/json, */*;q=0.5\r\n"));
  expect_numbers(answers("", "Accept: application/json;ids=other\r\n"));
  expect_numbers(answers("?ids=number", "Accept: application/json;ids=string\r\n"));
}

TEST_F(Ids, AreStringsInEveryAnswerToAQueryOrAMediaTypeThatAsksForThem) {
  expect_strings(answers("?ids=string", ""));
  expect_strings(answers("", "Accept: application/json;ids=string\r\n"));
  expect_strings(answers("", "Accept: text/html, application/json; charset=utf-8 ; IDS=\"String\"\r\n"));
  expect_strings(answers("?ids=string", "Accept: application/json;ids=number\r\n"));
  const Response won = answers("?ids=string", "").front();
  EXPECT_EQ(won.json("policyId"), R"("9223372036854775807")");
  EXPECT_EQ(won.json("userId"), R"("9223372036854775807")");
  EXPECT_EQ(won.json("sequence"), "1") << "a sequence is no id";
  EXPECT_EQ(won.header("content-type"), "application/json");
}

TEST_F(Ids, AreStringsByDefaultIfTheServerIsConfiguredSo) {
  settings_.server.ids = IdForm::String;
  restart();
  expect_strings(answers("", ""));
  expect_numbers(answers("?ids=number", ""));
  expect_numbers(answers("", "Accept: application/json;ids=number\r\n"));
}

TEST_F(Ids, AnotherFormIsABadRequest) {
  for (const char* query : {"?ids=text", "?ids=", "?ids=STRING", "?wait=1&ids=1"}) {
    const Response refused = user("GET", std::string("/v1/policies") + query);
    EXPECT_EQ(refused.status, 400) << query;
    EXPECT_EQ(refused.text("detail"), "ids must be number or string.");
  }
}

TEST_F(Ids, MayBeStringsInRequests) {
  const std::string policy = std::string("/v1/policies/") + kLastPolicy;
  EXPECT_EQ(user("POST", policy + "/coupons", R"({"userId":"9223372036854775807"})").status, 201);
  EXPECT_EQ(admin("POST", "/v1/policies", R"({"id":"41","name":"b","maxCount":1})").json("id"), "41");
}

}  // namespace
}  // namespace firstcome::test
