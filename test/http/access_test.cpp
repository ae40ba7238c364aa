#include <fmt/core.h>
#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include "api/refused_credentials.h"
#include "test/http/credentials.h"
#include "test/http/node_test.h"

namespace firstcome::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kIssueKey = "fck_issue_0123456789012345678901234567890";
const std::string kReadKey = "fck_read_01234567890123456789012345678901";
const std::string kUseKey = "fck_use_012345678901234567890123456789012";
const std::string kAdminKey = "fck_admin_0123456789012345678901234567890";
const std::string kMetricsKey = "fck_metrics_01234567890123456789012345678";
const std::string kEveryKey = "fck_every_0123456789012345678901234567890";
const std::string kSevenKey = "fck_seven_0123456789012345678901234567890";

/// A server that requires credentials on both listeners: keys and user tokens.
class Access : public NodeTest {
 protected:
  Access() {
    const std::string keys =
        CredentialFiles::key("issues", "\"issue\"", kIssueKey) +
        CredentialFiles::key("reads", "\"read\"", kReadKey) +
        CredentialFiles::key("uses", "\"use\"", kUseKey) +
        CredentialFiles::key("operator", "\"admin\"", kAdminKey) +
        CredentialFiles::key("scraper", "\"metrics\"", kMetricsKey) +
        CredentialFiles::key("every", R"("issue", "read", "use", "admin", "metrics")", kEveryKey) +
        CredentialFiles::key("of-seven", R"("issue", "read", "admin")", kSevenKey, "policies = [7]");
    require({.keys_file = files_.write("keys.toml", keys),
             .jwt_keys_file = files_.write("jwks.json", CredentialFiles::jwks())});
  }

  void require(access::CredentialSettings credentials) {
    settings_.server.credentials = open_credentials(std::move(credentials));
    settings_.server.anonymous = {.users = false, .lists = false, .operators = false};
    restart();
  }

  void create_policy(std::int64_t id) {
    const std::string body = fmt::format(R"({{"id":{},"name":"a","maxCount":100000}})", id);
    ASSERT_EQ(admin("POST", "/v1/policies", body, bearer(kEveryKey)).status, 201);
  }

  CredentialFiles files_;
};

enum class Expected { Admitted, Unauthorized, Forbidden };

Expected meaning_of(const Response& response) {
  if (response.status == 401) return Expected::Unauthorized;
  return response.status == 403 ? Expected::Forbidden : Expected::Admitted;
}

std::ostream& operator<<(std::ostream& out, Expected expected) {
  constexpr const char* kNames[] = {"admitted", "401", "403"};
  return out << kNames[static_cast<int>(expected)];
}

/// Who is admitted: scopes by their first letters (issue, read, admin, metrics), s: use; u: users; -: callers without a credential; +: any
/// valid key; *: everyone, even with a wrong credential.
struct RouteRow {
  std::string method;
  std::string target;
  std::string body;
  std::string on_users;  ///< empty: the route is not on this listener
  std::string on_admin;
};

struct CallerRow {
  std::string name;
  std::string credential;
  char letter;  ///< in RouteRow; '-': no credential, '!': a wrong one
};

TEST_F(Access, EveryRouteAdmitsItsCallersAndNoOthers) {
  create_policy(1);
  const std::string ticket =
      user("POST", "/v1/policies/1/coupons", "", bearer(CredentialFiles::token_of(42))).text("ticket");
  ASSERT_FALSE(ticket.empty());
  const std::vector<RouteRow> routes = {
      {"POST", "/v1/policies/1/coupons", R"({"userId":42})", "iu", "i"},
      {"GET", "/v1/requests/" + ticket, "", "ru", "r"},
      {"GET", "/v1/users/42/coupons", "", "ru", "r"},
      {"GET", "/v1/users/me/coupons", "", "u", ""},
      {"GET", "/v1/policies", "", "rau", "ra"},
      {"GET", "/v1/policies/1", "", "rau", "ra"},
      {"POST", "/v1/policies", R"({"id":1,"name":"b","maxCount":1})", "", "a"},
      {"PATCH", "/v1/policies/1", R"({"maxCount":200})", "", "a"},
      {"POST", "/v1/policies/1/pause", "", "", "a"},
      {"POST", "/v1/policies/1/resume", "", "", "a"},
      {"POST", "/v1/policies/9/close", "", "", "a"},
      {"POST", "/v1/policies/9/import", R"({"first":1,"coupons":[]})", "", "a"},
      {"POST", "/v1/policies/9/eligible", R"({"first":1,"users":[42]})", "", "a"},
      {"POST", "/v1/policies/9/coupons/1/reserve", R"({"reference":"a","holdFor":"PT1S"})", "sa", "sa"},
      {"POST", "/v1/policies/9/coupons/1/use", R"({"reference":"a"})", "sa", "sa"},
      {"POST", "/v1/policies/9/coupons/1/release", R"({"reference":"a"})", "sa", "sa"},
      {"POST", "/v1/policies/9/coupons/1/restore", R"({"reference":"a"})", "sa", "sa"},
      {"POST", "/v1/policies/9/coupons/1/cancel", R"({"reference":"a"})", "sau", "sa"},
      {"POST", "/v1/coupons/A-1/reserve", R"({"reference":"a","holdFor":"PT1S"})", "sa", "sa"},
      {"POST", "/v1/coupons/A-1/use", R"({"reference":"a"})", "sa", "sa"},
      {"POST", "/v1/coupons/A-1/release", R"({"reference":"a"})", "sa", "sa"},
      {"POST", "/v1/coupons/A-1/restore", R"({"reference":"a"})", "sa", "sa"},
      {"POST", "/v1/coupons/A-1/cancel", R"({"reference":"a"})", "sau", "sa"},
      {"GET", "/v1/coupons/A-1", "", "rsau", "rsa"},
      {"GET", "/v1/policies/1/coupons/1", "", "rsau", "rsa"},
      {"GET", "/v1/policies/1/coupons", "", "", "ra"},
      {"GET", "/livez", "", "*", "*"},
      {"GET", "/readyz", "", "*", "*"},
      {"GET", "/metrics", "", "", "m"},
      {"GET", "/openapi.json", "", "-+u", "+"},
  };
  const std::vector<CallerRow> callers = {
      {"no credential", "", '-'},
      {"a wrong key", "fck_wrong_0123456789012345678901234567890", '!'},
      {"a wrong token", CredentialFiles::token_of(42) + "A", '!'},
      {"scope issue", kIssueKey, 'i'},
      {"scope read", kReadKey, 'r'},
      {"scope use", kUseKey, 's'},
      {"scope admin", kAdminKey, 'a'},
      {"scope metrics", kMetricsKey, 'm'},
      {"user 42", CredentialFiles::token_of(42), 'u'},
  };
  for (const RouteRow& route : routes) {
    for (const bool on_admin : {false, true}) {
      const std::string& admitted = on_admin ? route.on_admin : route.on_users;
      if (admitted.empty()) continue;
      for (const CallerRow& caller : callers) {
        const std::string headers = (caller.credential.empty() ? "" : bearer(caller.credential)) +
                                    (route.method == "GET" || !route.body.empty() ? "" : kJson);
        const Response response = on_admin ? admin(route.method, route.target, route.body, headers)
                                           : user(route.method, route.target, route.body, headers);
        Expected expected = Expected::Forbidden;
        if (admitted == "*") {
          expected = Expected::Admitted;
        } else if (admitted.find(caller.letter) != std::string::npos) {
          expected = Expected::Admitted;
        } else if (caller.letter == '-' || caller.letter == '!') {
          expected = Expected::Unauthorized;
        } else if (admitted.find('+') != std::string::npos && caller.letter != 'u') {
          expected = Expected::Admitted;
        }
        EXPECT_EQ(meaning_of(response), expected)
            << route.method << ' ' << route.target << (on_admin ? " on the admin listener" : "") << ", "
            << caller.name << ": " << response.status << ' ' << response.body;
        if (expected == Expected::Unauthorized) {
          EXPECT_THAT(response.header("www-authenticate"), StartsWith("Bearer realm=\"firstcome\""));
          EXPECT_EQ(response.result(), "UNAUTHORIZED");
        }
      }
    }
  }
}

TEST_F(Access, AWrongCredentialIsRefusedWhereNoneIsNeeded) {
  settings_.server.anonymous = {};
  restart();
  create_policy(1);
  EXPECT_EQ(issue("1", 42).status, 201);
  for (const std::string wrong : {"fck_wrong_0123456789012345678901234567890", "x", "a.b.c"}) {
    EXPECT_EQ(issue("1", 43, bearer(wrong)).status, 401) << wrong;
  }
  EXPECT_EQ(issue("1", 43, "Authorization: Basic dXNlcjpwYXNz\r\n").status, 401);
  EXPECT_EQ(issue("1", 43, "Authorization:\r\n").status, 401);
  settings_.server.credentials = nullptr;
  restart();
  const Response refused = issue("1", 43, bearer(kIssueKey));
  EXPECT_EQ(refused.status, 401) << "a server without credentials";
  EXPECT_THAT(refused.header("www-authenticate"), HasSubstr("error=\"invalid_token\""));
}

TEST_F(Access, AUserActsForThemselvesOnly) {
  create_policy(1);
  const std::string headers = bearer(CredentialFiles::token_of(42));
  const Response refused = issue("1", 43, headers);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.result(), "FORBIDDEN");
  EXPECT_THAT(refused.text("detail"), HasSubstr("the user of the token"));
  const Response issued = user("POST", "/v1/policies/1/coupons", "", headers);
  EXPECT_EQ(issued.status, 201);
  EXPECT_EQ(issued.json("userId"), "42");
  EXPECT_EQ(issue("1", 42, headers).status, 200) << "naming oneself is fine";
  EXPECT_EQ(user("POST", "/v1/policies/1/coupons", "{}", headers).status, 200);
  EXPECT_EQ(user("POST", "/v1/policies/1/coupons", "{", headers).status, 400);
  EXPECT_EQ(user("POST", "/v1/policies/1/coupons", R"({"userId":0})", headers).status, 422);

  const std::string other = bearer(CredentialFiles::token_of(43));
  const std::string ticket = issued.text("ticket");
  EXPECT_EQ(user("GET", "/v1/requests/" + ticket, "", headers).status, 200);
  EXPECT_EQ(user("GET", "/v1/requests/" + ticket, "", other).status, 403);
  EXPECT_EQ(user("GET", "/v1/users/42/coupons", "", other).status, 403);
  const Response own = user("GET", "/v1/users/me/coupons?after=" + ticket, "", headers);
  EXPECT_EQ(own.status, 200);
  EXPECT_EQ(own.json("userId"), "42");
  EXPECT_THAT(own.body, HasSubstr("\"policyId\":1"));
  const Response others = user("GET", "/v1/users/me/coupons", "", other);
  EXPECT_EQ(others.json("userId"), "43");
  EXPECT_THAT(others.body, HasSubstr("\"coupons\":[]"));
}

TEST_F(Access, AClaimLimitsThePoliciesThatAUserMayAskFor) {
  create_policy(1);
  create_policy(2);
  auto credentials = settings_.server.credentials->settings();
  credentials.jwt_policies_claim = "coupons";
  require(credentials);
  const auto ask = [&](const std::string& claims, const std::string& policy) {
    return user("POST", "/v1/policies/" + policy + "/coupons", "",
                bearer(CredentialFiles::token_of(42, claims)));
  };
  EXPECT_EQ(ask(R"(,"coupons":[1])", "1").status, 201);
  const Response refused = ask(R"(,"coupons":[1])", "2");
  EXPECT_EQ(refused.status, 403);
  EXPECT_THAT(refused.text("detail"), HasSubstr("policy 2"));
  EXPECT_EQ(ask(R"(,"coupons":[])", "1").status, 403);
  EXPECT_EQ(ask("", "1").status, 403) << "without the claim the user may ask for none";
}

TEST_F(Access, AKeyForSomePoliciesIsForNoOthers) {
  create_policy(7);
  create_policy(8);
  const std::string headers = bearer(kSevenKey);
  const Response issued = issue("7", 42, headers);
  EXPECT_EQ(issued.status, 201);
  EXPECT_EQ(issue("8", 42, headers).status, 403);
  EXPECT_EQ(user("GET", "/v1/policies/7", "", headers).status, 200);
  EXPECT_EQ(user("GET", "/v1/policies/8", "", headers).status, 403);
  EXPECT_EQ(user("GET", "/v1/policies", "", headers).status, 403);
  EXPECT_EQ(user("GET", "/v1/users/42/coupons?policyId=7", "", headers).status, 200);
  EXPECT_EQ(user("GET", "/v1/users/42/coupons?policyId=8", "", headers).status, 403);
  EXPECT_EQ(user("GET", "/v1/users/42/coupons", "", headers).status, 403);
  EXPECT_EQ(user("GET", "/v1/requests/" + issued.text("ticket"), "", headers).status, 200);
  const std::string of_eight = issue("8", 42, bearer(kIssueKey)).text("ticket");
  EXPECT_EQ(user("GET", "/v1/requests/" + of_eight, "", headers).status, 403);
  EXPECT_EQ(admin("POST", "/v1/policies/7/pause", "", headers + kJson).status, 200);
  EXPECT_EQ(admin("POST", "/v1/policies/8/pause", "", headers + kJson).status, 403);
  EXPECT_EQ(admin("POST", "/v1/policies", R"({"name":"a","maxCount":1})", headers).status, 403);
}

TEST_F(Access, AUserCancelsTheirOwnCouponsOnly) {
  create_policy(1);
  const std::string mine = bearer(CredentialFiles::token_of(42));
  const std::string others = bearer(CredentialFiles::token_of(43));
  ASSERT_EQ(user("POST", "/v1/policies/1/coupons", "", mine).json("sequence"), "1");
  const std::string coupon = "/v1/policies/1/coupons/1";
  EXPECT_EQ(user("POST", coupon + "/use", R"({"reference":"a"})", mine).status, 403);
  const Response unknown = user("POST", coupon + "/cancel", R"({"reference":"a"})", others);
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(unknown.result(), "UNKNOWN_COUPON");
  EXPECT_THAT(unknown.body, Not(HasSubstr("userId"))) << "whose it is, is not for others";
  EXPECT_EQ(user("POST", coupon + "/cancel", R"({"reference":"a","userId":42})", others).status, 403);
  const Response cancelled = user("POST", coupon + "/cancel", R"({"reference":"a"})", mine);
  EXPECT_EQ(cancelled.status, 200) << cancelled.body;
  EXPECT_EQ(cancelled.text("state"), "CANCELLED");
  EXPECT_EQ(user("GET", coupon, "", mine).text("state"), "CANCELLED");
  EXPECT_EQ(user("GET", coupon, "", others).result(), "UNKNOWN_COUPON");
  EXPECT_EQ(user("GET", coupon, "", bearer(kUseKey)).json("userId"), "42");
}

TEST_F(Access, AnAnonymousCallerCommandsCouponsOnTheAdminListenerOnly) {
  create_policy(1);
  settings_.server.anonymous = {};
  restart();
  ASSERT_EQ(issue("1", 42).status, 201);
  const std::string use = "/v1/policies/1/coupons/1/use";
  EXPECT_EQ(user("POST", use, R"({"reference":"a"})").status, 401);
  EXPECT_EQ(admin("POST", use, "", "Content-Type: text/plain\r\n").status, 415);
  EXPECT_EQ(admin("POST", use, R"({"reference":"a"})", "Origin: https://evil.example\r\n").status, 403);
  EXPECT_EQ(admin("POST", use, R"({"reference":"a"})").status, 200);
}

TEST_F(Access, AKeyForSomePoliciesCommandsCouponsOfNoOthers) {
  create_policy(7);
  create_policy(8);
  ASSERT_EQ(issue("7", 42, bearer(kSevenKey)).status, 201);
  const std::string body = R"({"reference":"a"})";
  EXPECT_EQ(user("POST", "/v1/policies/7/coupons/1/use", body, bearer(kSevenKey)).status, 200);
  EXPECT_EQ(user("POST", "/v1/policies/8/coupons/1/use", body, bearer(kSevenKey)).status, 403);
}

TEST_F(Access, AnAnonymousCallerReadsNoUsersCouponsUnlessAllowedSeparately) {
  create_policy(1);
  settings_.server.anonymous = {.users = true, .lists = false, .operators = false};
  restart();
  const Response issued = issue("1", 42);
  EXPECT_EQ(issued.status, 201);
  EXPECT_EQ(user("GET", "/v1/requests/" + issued.text("ticket")).status, 200);
  EXPECT_EQ(user("GET", "/v1/policies/1").status, 200);
  EXPECT_EQ(user("GET", "/v1/users/42/coupons").status, 401);
  EXPECT_EQ(user("GET", "/v1/users/me/coupons").status, 401);
  EXPECT_EQ(user("GET", "/v1/users/42/coupons", "", bearer(kReadKey)).status, 200);
  settings_.server.anonymous.lists = true;
  restart();
  EXPECT_EQ(user("GET", "/v1/users/42/coupons").status, 200);
  EXPECT_EQ(user("GET", "/v1/users/me/coupons").status, 401);
}

TEST_F(Access, ReloadedKeysApplyToOpenConnections) {
  create_policy(1);
  EXPECT_EQ(issue("1", 42, bearer(kIssueKey)).status, 201);
  const std::string fresh = "fck_fresh_0123456789012345678901234567890";
  (void)files_.write("keys.toml", CredentialFiles::key("fresh", "\"issue\"", fresh));
  ASSERT_TRUE(settings_.server.credentials->reload());
  EXPECT_EQ(issue("1", 43, bearer(fresh)).status, 201);
  EXPECT_EQ(issue("1", 44, bearer(kIssueKey)).status, 401) << "the removed key, which was cached";
  (void)files_.write("keys.toml", "nonsense");
  ASSERT_FALSE(settings_.server.credentials->reload());
  EXPECT_EQ(issue("1", 44, bearer(fresh)).status, 201) << "after an error the earlier keys stay";
}

TEST_F(Access, ManyWrongCredentialsOfAnAddressAreAnsweredSlowlyAndRightOnesAreNot) {
  create_policy(1);
  const std::string wrong = bearer("fck_wrong_0123456789012345678901234567890");
  for (std::int64_t i = 0; i < api::kWrongCredentialsAtOnce; ++i)
    EXPECT_EQ(issue("1", 42, wrong).status, 401);
  const auto began = std::chrono::steady_clock::now();
  HttpClient guesses(node_->address());
  guesses.send_request("GET", "/v1/policies/1", "", wrong);
  std::int64_t user_id = 1;
  while (std::chrono::steady_clock::now() - began < api::kDelayOfWrongCredential / 2) {
    EXPECT_EQ(issue("1", user_id++, bearer(kIssueKey)).status, 201) << "another caller of the same address";
  }
  EXPECT_EQ(guesses.read().status, 401);
  EXPECT_GE(std::chrono::steady_clock::now() - began, api::kDelayOfWrongCredential);
}

TEST_F(Access, RefusedCredentialsAreCountedByReason) {
  create_policy(1);
  EXPECT_EQ(issue("1", 42, bearer("fck_wrong_0123456789012345678901234567890")).status, 401);
  EXPECT_EQ(issue("1", 42, bearer(CredentialFiles::token(R"({"sub":"42","exp":1})"))).status, 401);
  const std::string page = admin("GET", "/metrics", "", bearer(kMetricsKey)).body;
  EXPECT_THAT(page, HasSubstr("firstcome_refused_credentials_total{reason=\"unknown_key\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("firstcome_refused_credentials_total{reason=\"expired_token\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("firstcome_refused_credentials_total{reason=\"bad_signature\"} 0\n"));
}

}  // namespace
}  // namespace firstcome::test
