#include <gmock/gmock.h>

#include <string>

#include "test/http/node_test.h"

namespace firstcome::test {
namespace {

using testing::HasSubstr;

/// Policies whose coupons are for the users on a list.
class EligibleUsers : public NodeTest {
 protected:
  std::string listed() { return create(R"("name":"members","maxCount":5,"eligible":"LISTED")"); }
  Response add(const std::string& policy, int first, const std::string& users) {
    return admin("POST", "/v1/policies/" + policy + "/eligible",
                 R"({"first":)" + std::to_string(first) + R"(,"users":)" + users + "}");
  }
};

TEST_F(EligibleUsers, OnlyUsersOnTheListGetACoupon) {
  const std::string id = listed();
  const Response refused = issue(id, 42);
  EXPECT_EQ(refused.status, 409) << refused.body;
  EXPECT_EQ(refused.result(), "NOT_ELIGIBLE");
  EXPECT_EQ(refused.text("detail"), "This user is not on the list of the policy.");
  const Response added = add(id, 1, R"([42,"43"])");
  EXPECT_EQ(added.status, 200) << added.body;
  EXPECT_EQ(added.result(), "ACCEPTED");
  EXPECT_EQ(added.text("eligible"), "LISTED");
  EXPECT_EQ(added.json("listedCount"), "2");
  EXPECT_EQ(added.json("revision"), "1") << "a list is no change of the terms";
  EXPECT_EQ(issue(id, 42).status, 201);
  EXPECT_EQ(issue(id, 44).result(), "NOT_ELIGIBLE");
  EXPECT_EQ(add(id, 3, "[44]").json("listedCount"), "3") << "while the policy issues";
  EXPECT_EQ(issue(id, 44).status, 201);
}

TEST_F(EligibleUsers, ACopyOfAChunkIsUnchangedAndAGapIsRefused) {
  const std::string id = listed();
  EXPECT_EQ(add(id, 1, "[42,43]").result(), "ACCEPTED");
  const Response again = add(id, 1, "[42,43]");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.result(), "UNCHANGED");
  EXPECT_EQ(again.json("listedCount"), "2");
  const Response gap = add(id, 4, "[44]");
  EXPECT_EQ(gap.status, 409);
  EXPECT_EQ(gap.result(), "REFUSED");
  EXPECT_EQ(add(id, 3, "[]").status, 422);
  EXPECT_EQ(add(id, 3, "[0]").status, 422);
  EXPECT_EQ(user("GET", "/v1/policies/" + id).json("listedCount"), "2");
}

TEST_F(EligibleUsers, APolicyForEveryoneHasNoList) {
  const std::string id = create(R"("name":"all","maxCount":5)");
  const Response got = user("GET", "/v1/policies/" + id);
  EXPECT_EQ(got.text("eligible"), "EVERYONE");
  EXPECT_EQ(got.json("listedCount"), "");
  const Response refused = add(id, 1, "[42]");
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.text("detail"), HasSubstr("it has no list"));
  const Response change = admin("PATCH", "/v1/policies/" + id, R"({"eligible":"LISTED"})");
  EXPECT_EQ(change.status, 409) << change.body;
  EXPECT_EQ(change.result(), "REFUSED");
}

TEST_F(EligibleUsers, TheListIsThereAfterARestart) {
  const std::string id = listed();
  EXPECT_EQ(add(id, 1, "[42]").result(), "ACCEPTED");
  restart();
  EXPECT_EQ(user("GET", "/v1/policies/" + id).json("listedCount"), "1");
  EXPECT_EQ(issue(id, 43).result(), "NOT_ELIGIBLE");
  EXPECT_EQ(issue(id, 42).status, 201);
}

}  // namespace
}  // namespace firstcome::test
