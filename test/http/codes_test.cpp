#include <gmock/gmock.h>

#include <string>

#include "test/http/node_test.h"

namespace firstcome::test {
namespace {

using testing::HasSubstr;
using testing::Not;

/// Policies with the codes of a partner.
class ImportedCodes : public NodeTest {
 protected:
  std::string partner() { return create(R"("name":"partner","maxCount":0,"codes":"IMPORTED")"); }
  Response add(const std::string& policy, int first, const std::string& codes) {
    return admin("POST", "/v1/policies/" + policy + "/codes",
                 R"({"first":)" + std::to_string(first) + R"(,"codes":)" + codes + "}");
  }
  Response set_max_count(const std::string& policy, int count) {
    return admin("PATCH", "/v1/policies/" + policy, R"({"maxCount":)" + std::to_string(count) + "}");
  }
  /// A policy with these codes, which issues all of them.
  std::string with_codes(const std::string& codes, int count) {
    const std::string id = partner();
    EXPECT_EQ(add(id, 1, codes).status, 200);
    EXPECT_EQ(set_max_count(id, count).status, 200);
    return id;
  }
};

TEST_F(ImportedCodes, TheCouponWithSequenceNHasTheNthCode) {
  const std::string id = partner();
  EXPECT_EQ(issue(id, 42).result(), "SOLD_OUT");
  const Response added = add(id, 1, R"(["A-1","B/2'%"])");
  EXPECT_EQ(added.status, 200) << added.body;
  EXPECT_EQ(added.result(), "ACCEPTED");
  EXPECT_EQ(added.text("codes"), "IMPORTED");
  EXPECT_EQ(added.json("codeCount"), "2");
  EXPECT_EQ(added.text("onCancel"), "KEEP");
  EXPECT_EQ(added.json("revision"), "1") << "a list is no change of the terms";
  EXPECT_THAT(added.body, Not(HasSubstr("A-1")));
  EXPECT_EQ(set_max_count(id, 3).result(), "REFUSED");
  EXPECT_EQ(set_max_count(id, 2).status, 200);
  EXPECT_EQ(issue(id, 42).text("code"), "A-1");
  EXPECT_EQ(issue(id, 43).text("code"), "B/2'%");
  EXPECT_EQ(issue(id, 44).result(), "SOLD_OUT");
  EXPECT_EQ(issue(id, 42).text("code"), "A-1") << "ALREADY_ISSUED";
  EXPECT_EQ(add(id, 3, R"(["C-3"])").json("codeCount"), "3") << "a second list";
  EXPECT_EQ(set_max_count(id, 3).status, 200);
  EXPECT_EQ(issue(id, 44).text("code"), "C-3");
  EXPECT_EQ(user("GET", "/v1/policies/" + id + "/coupons/2").text("code"), "B/2'%");
  restart();
  EXPECT_THAT(admin("GET", "/v1/policies/" + id + "/coupons").body, HasSubstr(R"("code":"C-3")"));
  EXPECT_EQ(issue(id, 43).text("code"), "B/2'%");
  EXPECT_EQ(user("GET", "/v1/policies/" + id).json("codeCount"), "3");
}

TEST_F(ImportedCodes, CommandsFindACouponByItsCode) {
  const std::string id = with_codes(R"(["A-1","b/2","C-3"])", 3);
  ASSERT_EQ(issue(id, 42).status, 201);
  ASSERT_EQ(issue(id, 43).status, 201);
  EXPECT_EQ(user("GET", "/v1/coupons/A-1").json("sequence"), "1");
  EXPECT_EQ(user("GET", "/v1/coupons/b%2F2").json("sequence"), "2");
  EXPECT_EQ(user("GET", "/v1/coupons/b%2f2").json("userId"), "43");
  EXPECT_EQ(user("GET", "/v1/coupons/B%2F2").result(), "UNKNOWN_COUPON") << "as in the list";
  EXPECT_EQ(user("GET", "/v1/coupons/C-3").result(), "UNKNOWN_COUPON") << "not issued yet";
  EXPECT_EQ(user("GET", "/v1/coupons/C-3%zz").result(), "UNKNOWN_COUPON");
  const Response used = admin("POST", "/v1/coupons/b%2F2/use", R"({"reference":"order-17"})");
  EXPECT_EQ(used.status, 200) << used.body;
  EXPECT_EQ(used.json("sequence"), "2");
  EXPECT_EQ(used.text("code"), "b/2");
  EXPECT_EQ(admin("POST", "/v1/coupons/C-3/use", R"({"reference":"order-17"})").result(), "UNKNOWN_COUPON");
  EXPECT_EQ(issue(id, 44).text("code"), "C-3");
  EXPECT_EQ(admin("POST", "/v1/coupons/C-3/cancel", R"({"reference":"order-18"})").status, 200);
  EXPECT_EQ(issue(id, 45).result(), "SOLD_OUT") << "a code is given once";
}

TEST_F(ImportedCodes, ARepeatedCodeIsRefusedByItsNumber) {
  const std::string id = partner();
  EXPECT_EQ(add(id, 1, R"(["A","B"])").result(), "ACCEPTED");
  EXPECT_EQ(add(id, 1, R"(["A","B"])").result(), "UNCHANGED");
  const Response other = add(id, 1, R"(["A","X"])");
  EXPECT_EQ(other.status, 409);
  EXPECT_THAT(other.text("detail"), HasSubstr("other codes"));
  const Response twice = add(id, 3, R"(["C","D","A"])");
  EXPECT_EQ(twice.status, 409) << twice.body;
  EXPECT_EQ(twice.result(), "REFUSED");
  EXPECT_EQ(twice.json("number"), "5");
  EXPECT_EQ(twice.text("detail"), "Code 5 of the list is in this policy already, or appears twice.");
  EXPECT_EQ(add(id, 3, R"(["C","C"])").json("number"), "4");
  const std::string second = partner();
  const Response of_another = add(second, 1, R"(["E","B"])");
  EXPECT_EQ(of_another.status, 409);
  EXPECT_EQ(of_another.json("number"), "2");
  EXPECT_EQ(of_another.text("detail"), "Code 2 of the list is a code of policy " + id + " already.");
  EXPECT_EQ(user("GET", "/v1/policies/" + second).json("codeCount"), "0");
  EXPECT_EQ(user("GET", "/v1/policies/" + id).json("codeCount"), "2");
}

TEST_F(ImportedCodes, InvalidChunksAndTermsAreRefused) {
  const std::string id = partner();
  const Response invalid = add(id, 1, R"(["A","b c"])");
  EXPECT_EQ(invalid.status, 422);
  EXPECT_THAT(invalid.text("detail"), HasSubstr("number 2 is not"));
  EXPECT_EQ(add(id, 1, "[]").status, 422);
  EXPECT_EQ(add(id, 0, R"(["A"])").status, 422);
  EXPECT_EQ(add(id, 1, R"([7])").status, 422);
  EXPECT_EQ(add(id, 2, R"(["A"])").result(), "REFUSED");
  const auto created = [&](const std::string& fields) {
    return admin("POST", "/v1/policies", "{" + fields + "}");
  };
  EXPECT_EQ(created(R"("name":"a","maxCount":5,"codes":"IMPORTED")").result(), "REFUSED");
  EXPECT_EQ(created(R"("name":"a","maxCount":0,"codes":"IMPORTED","onCancel":"RETURN")").result(), "REFUSED");
  EXPECT_EQ(created(R"("name":"a","maxCount":0,"codes":"IMPORTED","codePrefix":"NOON")").result(), "REFUSED");
  EXPECT_EQ(created(R"("name":"a","maxCount":0)").status, 422);
  const std::string none = create(R"("name":"none","maxCount":5)");
  EXPECT_THAT(add(none, 1, R"(["A"])").text("detail"), HasSubstr("not imported"));
  EXPECT_EQ(user("GET", "/v1/policies/" + none).json("codeCount"), "");
  EXPECT_EQ(admin("POST", "/v1/policies/999/codes", R"({"first":1,"codes":["A"]})").status, 404);
}

}  // namespace
}  // namespace firstcome::test
