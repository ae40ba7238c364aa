#include <gmock/gmock.h>

#include "test/http/node_test.h"

namespace firstcome::test {
namespace {

using testing::HasSubstr;

using Issue = NodeTest;

void expect_problem(const Response& response, int status, const std::string& result) {
  EXPECT_EQ(response.status, status) << response.body;
  EXPECT_EQ(response.header("content-type"), "application/problem+json");
  EXPECT_EQ(response.result(), result);
  EXPECT_EQ(response.json("status"), std::to_string(status));
  EXPECT_NE(response.text("type"), "");
  EXPECT_NE(response.text("title"), "");
  EXPECT_NE(response.text("detail"), "");
}

TEST_F(Issue, SuccessIs201WithTheCouponAndATicket) {
  const std::string id = create(R"("name":"a","maxCount":2)");
  const Response won = issue(id, 42);
  EXPECT_EQ(won.status, 201);
  EXPECT_EQ(won.header("content-type"), "application/json");
  EXPECT_EQ(won.result(), "SUCCESS");
  EXPECT_EQ(won.json("policyId"), id);
  EXPECT_EQ(won.json("userId"), "42");
  EXPECT_EQ(won.json("sequence"), "1");
  EXPECT_TRUE(parse_rfc3339(won.text("issuedAt")));
  EXPECT_LE(won.text("ticket").size(), 64U);
  EXPECT_NE(won.text("ticket"), "");
}

TEST_F(Issue, ARepeatedRequestReturnsTheSameCouponWith200) {
  const std::string id = create(R"("name":"a","maxCount":2)");
  const Response won = issue(id, 42);
  const Response again = issue(id, 42);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.result(), "ALREADY_ISSUED");
  for (const char* field : {"policyId", "userId", "sequence", "issuedAt"}) {
    EXPECT_EQ(again.json(field), won.json(field)) << field;
  }
  EXPECT_NE(again.text("ticket"), won.text("ticket"));
  EXPECT_EQ(issue(id, 43).json("sequence"), "2");
  const Response early = issue(id, 42);  // sold out now, so answered without the journal
  EXPECT_EQ(early.status, 200);
  EXPECT_EQ(early.result(), "ALREADY_ISSUED");
  EXPECT_EQ(early.json("issuedAt"), won.json("issuedAt"));
}

TEST_F(Issue, SoldOutIs409WithTheIdsAsTopLevelFields) {
  const std::string id = create(R"("name":"a","maxCount":1)");
  issue(id, 1);
  const Response lost = issue(id, 2);
  expect_problem(lost, 409, "SOLD_OUT");
  EXPECT_EQ(lost.json("policyId"), id);
  EXPECT_EQ(lost.json("userId"), "2");
  EXPECT_TRUE(lost.text("ticket").empty() != lost.json("asOf").empty()) << "either a ticket or asOf";
}

TEST_F(Issue, NotStartedHasTheTimeOfTheStart) {
  const std::string id = create(R"("name":"a","maxCount":1,"issueStartsAt":"2099-01-01T00:00:00Z")");
  const Response early = issue(id, 1);
  expect_problem(early, 409, "NOT_STARTED");
  EXPECT_EQ(early.text("issueStartsAt"), "2099-01-01T00:00:00.000Z");
}

TEST_F(Issue, EndedPausedClosedAndUnknownHaveTheirResults) {
  const std::string ended = create(R"("name":"a","maxCount":1,"issueEndsAt":"2020-01-01T00:00:00Z")");
  expect_problem(issue(ended, 1), 409, "ENDED");
  const std::string paused = create(R"("name":"a","maxCount":1)");
  admin("POST", "/v1/policies/" + paused + "/pause", "", kJson);
  expect_problem(issue(paused, 1), 409, "PAUSED");
  admin("POST", "/v1/policies/" + paused + "/close", "", kJson);
  expect_problem(issue(paused, 1), 409, "CLOSED");
  expect_problem(issue("99", 1), 404, "UNKNOWN_POLICY");
}

TEST_F(Issue, EachInvalidBodyHasItsStatus) {
  const std::string path = "/v1/policies/" + create(R"("name":"a","maxCount":1)") + "/coupons";
  expect_problem(user("POST", path, "{"), 400, "BAD_REQUEST");
  expect_problem(user("POST", path, "", kJson), 400, "BAD_REQUEST");
  expect_problem(user("POST", path, "[1]"), 422, "INVALID");
  const Response missing = user("POST", path, "{}");
  expect_problem(missing, 422, "INVALID");
  EXPECT_EQ(missing.json("errors"), R"([{"field":"userId","message":"is missing"}])");
  expect_problem(user("POST", path, R"({"userId":0})"), 422, "INVALID");
  expect_problem(user("POST", path, R"({"userId":1,"userId":1})"), 422, "INVALID");
  expect_problem(
      users_->ask("POST", path, "", "Content-Type: text/plain\r\nContent-Length: 12\r\n\r\n{\"userId\":1}"),
      415, "UNSUPPORTED_MEDIA_TYPE");
}

TEST_F(Issue, ChunkedBodiesAndStringIdsAreAccepted) {
  const std::string id = create(R"("name":"a","maxCount":1)");
  users_->send(
      "POST /v1/policies/" + id +
      "/coupons HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
      "9\r\n{\"userId\"\r\n6\r\n:\"42\"}\r\n0\r\n\r\n");
  const Response won = users_->read();
  EXPECT_EQ(won.status, 201);
  EXPECT_EQ(won.json("userId"), "42");
}

TEST_F(Issue, RespondAsyncIs202OrTheFinalAnswerIfThatIsFirst) {
  const std::string id = create(R"("name":"a","maxCount":1)");
  const Response answer = issue(id, 1, "Prefer: respond-async\r\n");
  ASSERT_TRUE(answer.status == 202 || answer.status == 201) << answer.body;
  const std::string path = "/v1/requests/" + answer.text("ticket");
  if (answer.status == 202) {
    EXPECT_EQ(answer.header("location"), path);
    EXPECT_EQ(answer.result(), "PENDING");
  }
  const Response final = user("GET", path + "?wait=10");
  EXPECT_EQ(final.status, 200);
  EXPECT_EQ(final.result(), "SUCCESS");
}

TEST_F(Issue, ATicketReturnsTheAnswerOfThePostBeforeAndAfterARestart) {
  const std::string id = create(R"("name":"a","maxCount":1)");
  const Response won = issue(id, 1);
  const std::string path = "/v1/requests/" + won.text("ticket");
  EXPECT_EQ(user("GET", path).body, won.body);
  const Response again = issue(id, 1);
  restart();
  EXPECT_EQ(user("GET", path).body, won.body);
  EXPECT_EQ(user("GET", path).status, 200);
  if (const std::string ticket = again.text("ticket"); !ticket.empty()) {
    EXPECT_EQ(user("GET", "/v1/requests/" + ticket).body, again.body);
    std::string encoded;  // as a client may send it
    for (const unsigned char letter : ticket) {
      encoded += {'%', "0123456789abcdef"[letter >> 4], "0123456789ABCDEF"[letter & 15]};
    }
    EXPECT_EQ(user("GET", "/v1/requests/" + encoded).body, again.body);
  }
  EXPECT_EQ(issue(id, 1).json("issuedAt"), won.json("issuedAt"));
}

TEST_F(Issue, AForgedTicketIsNotFound) {
  std::string ticket = issue(create(R"("name":"a","maxCount":1)"), 1).text("ticket");
  ticket[20] = ticket[20] == 'A' ? 'B' : 'A';
  expect_problem(user("GET", "/v1/requests/" + ticket), 404, "NOT_FOUND");
  expect_problem(user("GET", "/v1/requests/x"), 404, "NOT_FOUND");
  expect_problem(user("GET", "/v1/users/1/coupons?after=x"), 404, "NOT_FOUND");
}

TEST_F(Issue, CouponsAreListedAsSoonAsTheyAreIssued) {
  for (int i = 0; i < 3; ++i) create(R"("name":"a","maxCount":1)");
  Response won;
  for (const char* id : {"3", "1", "2"}) {
    won = issue(id, 42);
    const Response list = user("GET", "/v1/users/42/coupons?policyId=" + std::string(id));
    EXPECT_THAT(list.body,
                HasSubstr(R"({"policyId":)" + std::string(id) + R"(,"sequence":1,"ordinal":1,"issuedAt":)"));
  }
  const Response all = user("GET", "/v1/users/42/coupons?after=" + won.text("ticket") + "&wait=5");
  EXPECT_EQ(all.status, 200);
  EXPECT_EQ(all.json("userId"), "42");
  EXPECT_EQ(all.json("nextCursor"), "null");
  EXPECT_LT(all.body.find("\"policyId\":1"), all.body.find("\"policyId\":2"));
  EXPECT_LT(all.body.find("\"policyId\":2"), all.body.find("\"policyId\":3"));
  EXPECT_THAT(user("GET", "/v1/users/42/coupons?cursor=2").json("coupons"), HasSubstr("\"policyId\":3"));
  EXPECT_EQ(user("GET", "/v1/users/43/coupons").json("coupons"), "[]");
  EXPECT_EQ(user("GET", "/v1/users/x/coupons").status, 404);
  for (const char* query : {"policyId=x", "cursor=-1", "wait=soon"}) {
    expect_problem(user("GET", std::string("/v1/users/42/coupons?") + query), 400, "BAD_REQUEST");
  }
}

TEST_F(Issue, ARestartedProcessContinuesWithTheNextSequence) {
  const std::string id = create(R"("name":"a","maxCount":3)");
  issue(id, 1);
  restart();
  EXPECT_EQ(issue(id, 2).json("sequence"), "2");
  restart();
  EXPECT_EQ(issue(id, 3).json("sequence"), "3");
  EXPECT_EQ(issue(id, 4).result(), "SOLD_OUT");
}

}  // namespace
}  // namespace firstcome::test
