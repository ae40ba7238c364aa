#include <gtest/gtest.h>

#include "test/http/node_test.h"
#include "test/http/prometheus_text.h"

namespace firstcome::test {
namespace {

/// An edge that validates requests by a real database.
class ValidationByTheDatabase : public NodeTest {
 protected:
  ValidationByTheDatabase() {
    settings_.validation.emplace();
    settings_.server.validation_timeout = std::chrono::seconds{2};  // enough for a busy machine
    settings_.validation->timeout = settings_.server.validation_timeout;
    restart();
  }

  double metric(const std::string& name, const std::map<std::string, std::string>& labels) {
    return PrometheusText(admin("GET", "/metrics").body).value(name, labels);
  }
};

TEST_F(ValidationByTheDatabase, SavedRowsAnswerLosersAndCouponOwnersWithoutTheJournal) {
  const std::string id = create(R"("name":"a","maxCount":2)");
  const Response won = issue(id, 1);
  issue(id, 2);
  const Response lost = refused_early(id, 3);
  EXPECT_EQ(lost.status, 409);
  EXPECT_EQ(lost.result(), "SOLD_OUT");
  EXPECT_EQ(lost.text("ticket"), "");
  EXPECT_EQ(metric("firstcome_validations_total", {{"outcome", "refused"}}), 1);
  EXPECT_EQ(metric("firstcome_early_refusals_total", {{"result", "SOLD_OUT"}}), 1);
  EXPECT_EQ(metric("firstcome_answer_seconds_count", {{"by", "database"}}), 1);
  restart();  // afterwards no coupon is in the cache of those that this edge has decided
  EXPECT_EQ(refused_early(id, 3).result(), "SOLD_OUT") << "the rows are known to be current";
  const Response again = issue(id, 1);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.result(), "ALREADY_ISSUED");
  for (const char* field : {"policyId", "userId", "sequence", "issuedAt"}) {
    EXPECT_EQ(again.json(field), won.json(field)) << field;
  }
  EXPECT_EQ(metric("firstcome_validations_total", {{"outcome", "refused"}}), 2);
  EXPECT_EQ(metric("firstcome_answer_seconds_count", {{"by", "database"}}), 2);
}

TEST_F(ValidationByTheDatabase, AChangeThatThisEdgeHasSeenIsNotOverruledByOlderRows) {
  const std::string id = create(R"("name":"a","maxCount":1)");
  issue(id, 1);
  EXPECT_EQ(refused_early(id, 2).result(), "SOLD_OUT");
  EXPECT_EQ(admin("PATCH", "/v1/policies/" + id, R"({"maxCount":2})").status, 200);
  EXPECT_EQ(issue(id, 2).result(), "SUCCESS");
  EXPECT_EQ(admin("POST", "/v1/policies/" + id + "/close", "", kJson).status, 200);
  EXPECT_EQ(issue(id, 2).result(), "CLOSED");
}

TEST_F(ValidationByTheDatabase, ARequestThatCanWinIsAppendedAfterTheValidation) {
  const std::string id = create(R"("name":"a","maxCount":1000000)");
  std::int64_t user_id = 0;
  while (metric("firstcome_validations_total", {{"outcome", "passed"}}) == 0 && user_id < 1000) {
    EXPECT_EQ(issue(id, ++user_id).result(), "SUCCESS");
  }
  EXPECT_GT(metric("firstcome_validations_total", {{"outcome", "passed"}}), 0);
}

}  // namespace
}  // namespace firstcome::test
