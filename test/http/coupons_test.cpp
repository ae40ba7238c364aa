#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <thread>

#include "test/http/node_test.h"

namespace firstcome::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Coupons : public NodeTest {
 protected:
  Response command(const std::string& policy, int sequence, const std::string& verb,
                   const std::string& fields) {
    const std::string target = "/v1/policies/" + policy + "/coupons/" + std::to_string(sequence) + "/" + verb;
    return admin("POST", target, "{" + fields + "}");
  }
  static std::string of(const std::string& order) { return R"("reference":")" + order + '"'; }
  std::string count(const std::string& policy, const std::string& name) {
    return user("GET", "/v1/policies/" + policy).json(name);
  }
};

TEST_F(Coupons, AnOrderReservesUsesAndRestoresACoupon) {
  const std::string id = create(R"("name":"a","maxCount":5,"validFor":"P30D")");
  ASSERT_EQ(issue(id, 42).status, 201);
  const Response reserved = command(id, 1, "reserve", of("order-17") + R"(,"holdFor":"PT10M")");
  EXPECT_EQ(reserved.status, 200) << reserved.body;
  EXPECT_EQ(reserved.result(), "ACCEPTED");
  EXPECT_EQ(reserved.json("policyId"), id);
  EXPECT_EQ(reserved.json("sequence"), "1");
  EXPECT_EQ(reserved.json("userId"), "42");
  EXPECT_EQ(reserved.json("ordinal"), "1");
  EXPECT_EQ(reserved.text("state"), "RESERVED");
  EXPECT_EQ(reserved.text("reference"), "order-17");
  EXPECT_EQ(reserved.json("validFrom"), "null");
  const auto issued_at = parse_rfc3339(reserved.text("issuedAt"));
  ASSERT_TRUE(issued_at);
  EXPECT_EQ(parse_rfc3339(reserved.text("expiresAt")), *issued_at + std::chrono::days{30});
  EXPECT_GE(parse_rfc3339(reserved.text("heldUntil")), *issued_at + std::chrono::minutes{10});
  EXPECT_THAT(reserved.body, HasSubstr(R"("asOf":{"partition":)"));
  EXPECT_THAT(reserved.body, HasSubstr(R"("place":{"partition":)"));
  EXPECT_EQ(reserved.header("cache-control"), "no-store");

  const Response held = command(id, 1, "use", of("order-18"));
  EXPECT_EQ(held.status, 409);
  EXPECT_EQ(held.result(), "RESERVED");
  EXPECT_EQ(held.text("reference"), "order-17") << "what holds it";
  EXPECT_EQ(held.text("heldUntil"), reserved.text("heldUntil"));

  const Response used = command(id, 1, "use", of("order-17"));
  EXPECT_EQ(used.result(), "ACCEPTED") << used.body;
  EXPECT_EQ(used.text("state"), "USED");
  EXPECT_EQ(used.json("heldUntil"), "");
  const Response again = command(id, 1, "use", of("order-17"));
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.result(), "UNCHANGED");
  EXPECT_EQ(again.text("state"), "USED");
  EXPECT_EQ(count(id, "usedCount"), "1");
  const Response other = command(id, 1, "use", of("order-18"));
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(other.result(), "ALREADY_USED");
  EXPECT_EQ(other.text("reference"), "order-17");

  EXPECT_EQ(command(id, 1, "restore", of("order-17")).text("state"), "ISSUED");
  EXPECT_EQ(command(id, 1, "use", of("order-17")).result(), "UNCHANGED") << "a late copy of the use";
  EXPECT_EQ(count(id, "usedCount"), "0");
  EXPECT_EQ(command(id, 1, "restore", of("order-19")).result(), "NOT_USED");
  EXPECT_EQ(command(id, 1, "release", of("order-19")).result(), "NOT_RESERVED");
  restart();
  EXPECT_EQ(command(id, 1, "use", of("order-20")).text("state"), "USED") << "after a restart";
}

TEST_F(Coupons, ACancelReturnsThePlace) {
  const std::string id = create(R"("name":"a","maxCount":1)");
  ASSERT_EQ(issue(id, 42).status, 201);
  EXPECT_EQ(issue(id, 43).result(), "SOLD_OUT");
  const Response cancelled = command(id, 1, "cancel", of("a") + R"(,"reason":"wrong size")");
  EXPECT_EQ(cancelled.text("state"), "CANCELLED") << cancelled.body;
  EXPECT_EQ(cancelled.text("reference"), "a");
  EXPECT_EQ(count(id, "activeCount"), "0");
  EXPECT_EQ(count(id, "issuedCount"), "1");
  EXPECT_EQ(count(id, "cancelledCount"), "1");
  EXPECT_EQ(count(id, "remaining"), "1");
  EXPECT_EQ(command(id, 1, "use", of("b")).result(), "CANCELLED");
  const Response next = issue(id, 43);
  EXPECT_EQ(next.status, 201) << next.body;
  EXPECT_EQ(next.json("sequence"), "2") << "no sequence is used twice";
}

TEST_F(Coupons, ACouponIsValidFromATimeAndExpiresByTheClock) {
  const std::string id = create(R"("name":"a","maxCount":5,"validFor":"PT1S")");
  ASSERT_EQ(issue(id, 42).status, 201);
  const std::string later = create(R"("name":"b","maxCount":5,"validFrom":"2099-01-01T00:00:00Z")");
  ASSERT_EQ(issue(later, 42).status, 201);
  const Response early = command(later, 1, "use", of("a"));
  EXPECT_EQ(early.status, 409);
  EXPECT_EQ(early.result(), "NOT_YET_VALID");
  EXPECT_EQ(early.text("validFrom"), "2099-01-01T00:00:00.000Z");
  // Only records move the journal's clock.
  std::string state = "ISSUED";
  for (int attempt = 0; attempt < 6'000 && state == "ISSUED"; ++attempt) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
    command(id, 1, "release", of("none"));
    state = user("GET", "/v1/policies/" + id + "/coupons/1").text("state");
  }
  EXPECT_EQ(state, "EXPIRED");
  const Response expired = command(id, 1, "use", of("a"));
  EXPECT_EQ(expired.status, 409) << expired.body;
  EXPECT_EQ(expired.result(), "EXPIRED");
  EXPECT_EQ(expired.text("state"), "EXPIRED");
}

TEST_F(Coupons, ACouponIsReadWithItsLastCommand) {
  const std::string id = create(R"("name":"a","maxCount":5,"validUntil":"2099-01-01T00:00:00Z")");
  ASSERT_EQ(issue(id, 42).status, 201);
  const std::string target = "/v1/policies/" + id + "/coupons/1";
  const Response fresh = user("GET", target);
  EXPECT_EQ(fresh.status, 200) << fresh.body;
  EXPECT_EQ(fresh.json("policyId"), id);
  EXPECT_EQ(fresh.json("userId"), "42");
  EXPECT_EQ(fresh.text("state"), "ISSUED");
  EXPECT_EQ(fresh.json("reference"), "");
  EXPECT_EQ(fresh.text("expiresAt"), "2099-01-01T00:00:00.000Z");
  for (int order = 0; order < 8; ++order) {
    const std::string reference = "order-" + std::to_string(order);
    ASSERT_EQ(command(id, 1, "use", of(reference)).status, 200);
    const Response used = user("GET", target);
    EXPECT_EQ(used.text("state"), "USED") << used.body;
    EXPECT_EQ(used.text("reference"), reference);
    ASSERT_EQ(command(id, 1, "restore", of(reference)).status, 200);
    EXPECT_EQ(user("GET", target).text("state"), "ISSUED");
  }
  ASSERT_EQ(command(id, 1, "cancel", of("a")).status, 200);
  restart();
  const Response cancelled = user("GET", target);
  EXPECT_EQ(cancelled.text("state"), "CANCELLED") << cancelled.body;
  EXPECT_EQ(cancelled.text("reference"), "a");
  EXPECT_EQ(user("GET", "/v1/policies/" + id + "/coupons/2").result(), "UNKNOWN_COUPON");
  EXPECT_EQ(user("GET", "/v1/policies/99/coupons/2").result(), "UNKNOWN_POLICY");
}

TEST_F(Coupons, OperatorsListTheCouponsOfAPolicyByState) {
  const std::string id = create(R"("name":"a","maxCount":9)");
  for (int user_id = 1; user_id <= 5; ++user_id) ASSERT_EQ(issue(id, user_id).status, 201);
  ASSERT_EQ(command(id, 2, "use", of("a")).status, 200);
  ASSERT_EQ(command(id, 4, "use", of("b")).status, 200);
  ASSERT_EQ(command(id, 5, "reserve", of("c") + R"(,"holdFor":"PT1H")").status, 200);
  restart();  // a page is as of what is saved
  const std::string target = "/v1/policies/" + id + "/coupons";
  const Response all = admin("GET", target);
  EXPECT_EQ(all.status, 200) << all.body;
  EXPECT_EQ(all.json("nextCursor"), "null");
  EXPECT_THAT(all.body, HasSubstr(R"("sequence":1,"userId":1,"ordinal":1,"state":"ISSUED")"));
  EXPECT_THAT(all.body,
              HasSubstr(R"("sequence":5,"userId":5,"ordinal":1,"state":"RESERVED","reference":"c")"));
  const Response used = admin("GET", target + "?state=USED&limit=1");
  EXPECT_THAT(used.body, HasSubstr(R"("sequence":2,)"));
  EXPECT_THAT(used.body, Not(HasSubstr(R"("sequence":4,)")));
  const Response next = admin("GET", target + "?state=USED&cursor=" + used.text("nextCursor"));
  EXPECT_THAT(next.body, HasSubstr(R"("sequence":4,"userId":4,"ordinal":1,"state":"USED","reference":"b")"));
  EXPECT_EQ(next.json("nextCursor"), "null");
  EXPECT_THAT(admin("GET", target + "?state=EXPIRED").body, HasSubstr(R"("coupons":[])"));
  EXPECT_EQ(admin("GET", target + "?state=used").status, 400);
  EXPECT_EQ(admin("GET", target + "?cursor=x").status, 400);
  EXPECT_EQ(admin("GET", "/v1/policies/99/coupons").result(), "UNKNOWN_POLICY");
  EXPECT_EQ(user("GET", target).status, 405);
  const Response counts = admin("GET", target + "/counts");
  EXPECT_EQ(counts.status, 200);
  EXPECT_EQ(counts.json("policyId"), id);
  EXPECT_THAT(counts.body,
              HasSubstr(R"("counts":{"ISSUED":2,"RESERVED":1,"USED":2,"CANCELLED":0,"EXPIRED":0},"asOf":{)"));
  EXPECT_EQ(admin("GET", "/v1/policies/99/coupons/counts").result(), "UNKNOWN_POLICY");
  EXPECT_EQ(user("GET", target + "/counts").status, 404);
}

TEST_F(Coupons, AGeneratedCodeNamesItsCoupon) {
  const std::string id = create(R"("name":"a","maxCount":5,"codes":"GENERATED","codePrefix":"NOON")");
  const Response issued = issue(id, 42);
  ASSERT_EQ(issued.status, 201);
  const std::string code = issued.text("code");
  EXPECT_THAT(code, testing::MatchesRegex("NOON(-[0-9A-Z]+)+")) << issued.body;
  const std::string target = "/v1/coupons/" + code;
  const Response read = user("GET", target);
  EXPECT_EQ(read.status, 200) << read.body;
  EXPECT_EQ(read.text("code"), code);
  EXPECT_EQ(read.json("policyId"), id);
  EXPECT_EQ(read.json("sequence"), "1");
  EXPECT_EQ(read.json("userId"), "42");
  const Response used = admin("POST", target + "/use", "{" + of("order-17") + "}");
  EXPECT_EQ(used.status, 200) << used.body;
  EXPECT_EQ(used.text("state"), "USED");
  EXPECT_EQ(command(id, 1, "use", of("order-18")).result(), "ALREADY_USED");
  EXPECT_EQ(admin("POST", target + "/use", "{" + of("order-18") + "}").result(), "ALREADY_USED");
  std::string typed = code;
  for (char& c : typed) c = static_cast<char>(std::tolower(c));
  EXPECT_EQ(admin("POST", "/v1/coupons/" + typed + "/restore", "{" + of("order-17") + "}").text("state"),
            "ISSUED");
  restart();
  EXPECT_EQ(user("GET", target).text("code"), code) << "from the store";
  EXPECT_EQ(user("GET", "/v1/policies/" + id + "/coupons/1").text("code"), code);
  EXPECT_THAT(admin("GET", "/v1/policies/" + id + "/coupons").body, HasSubstr("\"code\":\"" + code + '"'));
}

TEST_F(Coupons, EveryAnswerAndListHasTheGeneratedCode) {
  const std::string id =
      create(R"("name":"a","maxCount":2,"perUserLimit":2,"codes":"GENERATED","codePrefix":"NOON")");
  const Response issued = issue(id, 42);
  const std::string code = issued.text("code");
  ASSERT_NE(code, "");
  const auto expect_code = [&](const Response& response) {
    EXPECT_EQ(response.text("code"), code) << response.status << response.body;
  };
  const auto expect_in_list = [&](const Response& response) {
    EXPECT_THAT(response.body, HasSubstr("\"code\":\"" + code + '"'));
  };
  expect_code(issue(id, 42));
  expect_code(user("GET", "/v1/requests/" + issued.text("ticket")));
  expect_in_list(user("GET", "/v1/users/42/coupons"));
  expect_code(command(id, 1, "reserve", of("order-1") + R"(,"holdFor":"PT10M")"));
  const Response refused = command(id, 1, "use", of("order-2"));
  EXPECT_EQ(refused.result(), "RESERVED");
  expect_code(refused);
  expect_code(command(id, 1, "use", of("order-1")));
  expect_code(command(id, 1, "use", of("order-1")));
  ASSERT_EQ(issue(id, 43).status, 201);
  const Response early = issue(id, 42);
  EXPECT_EQ(early.result(), "ALREADY_ISSUED") << "the policy is sold out";
  expect_code(early);
  restart();
  expect_code(issue(id, 42));
  expect_code(user("GET", "/v1/requests/" + issued.text("ticket")));
  expect_in_list(user("GET", "/v1/users/42/coupons"));
  expect_code(command(id, 1, "restore", of("order-1")));
  ASSERT_EQ(admin("POST", "/v1/policies/" + id + "/close", "{}").status, 200);
  expect_in_list(user("GET", "/v1/users/42/coupons"));
  EXPECT_NE(
      issue(create(R"("name":"b","maxCount":5,"codes":"GENERATED","codePrefix":"LATE")"), 42).text("code"),
      code);
}

TEST_F(Coupons, APrefixOfAnotherPolicyIsRefused) {
  const std::string terms = R"("name":"a","maxCount":5,"codes":"GENERATED","codePrefix":"TWICE")";
  const std::string id = create(terms);
  const Response second = admin("POST", "/v1/policies", "{" + terms + "}");
  EXPECT_EQ(second.status, 422);
  EXPECT_THAT(second.body, HasSubstr(R"("field":"codePrefix")"));
  EXPECT_THAT(second.body, HasSubstr("policy " + id));
  EXPECT_EQ(admin("POST", "/v1/policies", "{\"id\":" + id + "," + terms + "}").result(), "EXISTS")
      << "a repeat of the create of the same policy";
}

TEST_F(Coupons, AWrongCodeShowsNothing) {
  const std::string id = create(R"("name":"a","maxCount":5,"codes":"GENERATED","codePrefix":"NOON")");
  const std::string code = issue(id, 42).text("code");
  std::string forged = code;
  forged[6] = forged[6] == '2' ? '3' : '2';
  for (const std::string& wrong :
       {forged, "NOOM" + code.substr(4), code + "0", std::string("x"), std::string("NOON-0")}) {
    for (const Response& response : {user("GET", "/v1/coupons/" + wrong),
                                     admin("POST", "/v1/coupons/" + wrong + "/use", "{" + of("a") + "}")}) {
      EXPECT_EQ(response.status, 404) << wrong;
      EXPECT_EQ(response.result(), "UNKNOWN_COUPON") << response.body;
      EXPECT_EQ(response.json("policyId"), "");
      EXPECT_EQ(response.json("sequence"), "");
    }
  }
  EXPECT_EQ(admin("POST", "/v1/coupons/" + code + "/use", "{}").status, 422);
  const std::string plain = create(R"("name":"b","maxCount":5)");
  EXPECT_EQ(issue(plain, 42).json("code"), "") << "a policy without codes";
}

TEST_F(Coupons, AnUnknownCouponOrPolicyIsNotFound) {
  const std::string id = create(R"("name":"a","maxCount":5)");
  ASSERT_EQ(issue(id, 42).status, 201);
  for (const int sequence : {2, 1'000'000'000, 1'000'000'001}) {
    const Response unknown = command(id, sequence, "use", of("a"));
    EXPECT_EQ(unknown.status, 404) << unknown.body;
    EXPECT_EQ(unknown.result(), "UNKNOWN_COUPON");
    EXPECT_EQ(unknown.json("policyId"), id);
    EXPECT_EQ(unknown.json("sequence"), std::to_string(sequence));
  }
  EXPECT_EQ(command(id, 1, "use", of("a") + R"(,"userId":43)").result(), "UNKNOWN_COUPON");
  EXPECT_EQ(command(id, 1, "use", of("a") + R"(,"userId":42)").result(), "ACCEPTED");
  EXPECT_EQ(command("99", 1, "use", of("a")).result(), "UNKNOWN_POLICY");
}

TEST_F(Coupons, AWrongBodyIsNamed) {
  const std::string id = create(R"("name":"a","maxCount":5)");
  const Response wrong = command(id, 1, "reserve", R"("reference":"","holdFor":"P1M")");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_THAT(wrong.body, HasSubstr(R"("field":"reference")"));
  EXPECT_THAT(wrong.body, HasSubstr(R"("field":"holdFor")"));
}

TEST_F(Coupons, ARequestMayNameWhichCouponOfItsUserItIsFor) {
  const std::string id = create(R"("name":"a","maxCount":5,"perUserLimit":2)");
  const auto ask = [&](int ordinal) {
    return user("POST", "/v1/policies/" + id + "/coupons",
                R"({"userId":42,"ordinal":)" + std::to_string(ordinal) + "}");
  };
  EXPECT_EQ(ask(2).result(), "REFUSED");
  EXPECT_EQ(ask(1).json("sequence"), "1");
  const Response second = ask(2);
  EXPECT_EQ(second.status, 201) << second.body;
  EXPECT_EQ(second.json("sequence"), "2");
  EXPECT_EQ(second.json("ordinal"), "2");
  const Response again = ask(2);
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(again.json("sequence"), "2");
  EXPECT_EQ(ask(1).json("sequence"), "1");
  const Response third = ask(3);
  EXPECT_EQ(third.result(), "ALREADY_ISSUED") << "at the limit: the newest";
  EXPECT_EQ(third.json("sequence"), "2");
}

}  // namespace
}  // namespace firstcome::test
