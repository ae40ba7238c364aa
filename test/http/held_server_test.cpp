#include "test/http/held_server.h"

#include <gmock/gmock.h>

#include <future>
#include <map>

namespace firstcome::test {
namespace {

using journal::AppendOutcome;
using testing::AnyOf;
using testing::ElementsAre;
using testing::Gt;
using testing::Pair;

const std::string kAsk = R"({"userId":42})";

TEST_F(HeldServer, AnAcknowledgedRequestThatIsNotDecidedInTimeIs202WithATicket) {
  start();
  client_->send_request("POST", issue_path(), kAsk, "Prefer: wait=0\r\n");
  const auto held = journal_.next();
  // The wait may end before the acknowledgement. Then the outcome is unknown.
  journal_.acknowledge(held, AppendOutcome::Appended, 3);
  const Response hasty = client_->read();
  EXPECT_THAT(hasty.status, AnyOf(202, 503));

  client_->send_request("POST", issue_path(), kAsk, "Prefer: wait=1\r\n");
  journal_.acknowledge(journal_.next(), AppendOutcome::Appended, 4);
  const Response pending = client_->read();
  EXPECT_EQ(pending.status, 202);
  EXPECT_EQ(pending.header("content-type"), "application/json");
  EXPECT_EQ(pending.result(), "PENDING");
  EXPECT_EQ(pending.json("policyId"), "7");
  EXPECT_EQ(pending.json("userId"), "42");
  EXPECT_EQ(pending.header("location"), "/v1/requests/" + pending.text("ticket"));
}

TEST_F(HeldServer, ARepeatOfARequestUnderWayGetsNoRecord) {
  settings_.wait_default = milliseconds{10'000};
  start();
  client_->send_request("POST", issue_path(), kAsk);
  const auto held = journal_.next();
  HttpClient again(server_->address());
  again.send_request("POST", issue_path(), kAsk, "Prefer: wait=1\r\n");
  journal_.acknowledge(held, AppendOutcome::Appended, 3);
  const Response pending = again.read();
  EXPECT_EQ(pending.status, 202);
  decide(held, Code::AlreadyIssued, 3);
  EXPECT_EQ(client_->read().text("ticket"), pending.text("ticket"));
  client_->send_request("POST", issue_path(), R"({"userId":43})");
  EXPECT_NE(journal_.next().value.find("\"userId\":43"), std::string::npos) << "the second record of all";
}

TEST_F(HeldServer, RespondAsyncIs202AtTheAcknowledgement) {
  settings_.wait_default = milliseconds{10'000};
  start();
  client_->send_request("POST", issue_path(), kAsk, "Prefer: respond-async\r\n");
  const auto held = journal_.next();
  journal_.acknowledge(held, AppendOutcome::Appended, 3);
  const Response pending = client_->read();
  EXPECT_EQ(pending.status, 202);

  const std::string path = pending.header("location");
  EXPECT_EQ(client_->ask("GET", path).result(), "PENDING");
  EXPECT_EQ(client_->ask("GET", path).status, 200);
  client_->send_request("GET", path + "?wait=10");
  HttpClient other(server_->address());
  EXPECT_EQ(other.ask("GET", path + "?wait=0").result(), "PENDING");
  grow_tail(3, Code::SoldOut);
  const Response decided = client_->read();
  EXPECT_EQ(decided.status, 200);
  EXPECT_EQ(decided.header("content-type"), "application/json");
  EXPECT_EQ(decided.result(), "SOLD_OUT");
  EXPECT_EQ(decided.text("ticket"), pending.text("ticket"));
}

TEST_F(HeldServer, TheWaitForATicketEndsWithPending) {
  start();
  client_->send_request("POST", issue_path(), kAsk, "Prefer: respond-async\r\n");
  journal_.acknowledge(journal_.next(), AppendOutcome::Appended, 3);
  const Response pending = client_->read();
  const Response still = client_->ask("GET", pending.header("location") + "?wait=1");
  EXPECT_EQ(still.status, 200);
  EXPECT_EQ(still.body, pending.body);
  const Response list = client_->ask("GET", "/v1/users/42/coupons?wait=1&after=" + pending.text("ticket"));
  EXPECT_EQ(list.status, 503) << "a list without the coupon would be incomplete";
  EXPECT_NE(list.header("retry-after"), "");
}

TEST_F(HeldServer, AListWaitsUntilTheRequestOfItsTicketIsDecided) {
  start();
  client_->send_request("POST", issue_path(), kAsk, "Prefer: respond-async\r\n");
  journal_.acknowledge(journal_.next(), AppendOutcome::Appended, 3);
  const Response pending = client_->read();
  client_->send_request("GET", "/v1/users/42/coupons?wait=10&after=" + pending.text("ticket"));
  grow_tail(3, Code::SoldOut);
  const Response list = client_->read();
  EXPECT_EQ(list.status, 200);
  EXPECT_EQ(list.json("coupons"), "[]");
}

TEST_F(HeldServer, TheDecisionIsAnsweredWhateverTheAcknowledgement) {
  start();
  client_->send_request("POST", issue_path(), kAsk);
  auto held = journal_.next();
  decide(held, Code::Success, 0);
  EXPECT_EQ(client_->read().status, 201);
  journal_.acknowledge(held, AppendOutcome::Appended, 0);  // late
  journal_.acknowledge(held, AppendOutcome::Appended, 0);  // and twice

  client_->send_request("POST", issue_path(), kAsk);
  held = journal_.next();
  journal_.acknowledge(held, AppendOutcome::PossiblyPersisted);
  decide(held, Code::AlreadyIssued, 1);
  EXPECT_EQ(client_->read().status, 200);
}

void expect_503(const Response& response, const std::string& result) {
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.result(), result) << response.body;
  EXPECT_EQ(response.header("content-type"), "application/problem+json");
  EXPECT_THAT(response.header("retry-after"), AnyOf("1", "2", "3"));
}

TEST_F(HeldServer, AnUndecidedRequestIs503WithItsKind) {
  settings_.wait_default = milliseconds{100};
  start();
  client_->send_request("POST", issue_path(), kAsk, "Prefer: wait=10\r\n");
  journal_.acknowledge(journal_.next(), AppendOutcome::NotPersisted);
  expect_503(client_->read(), "UNAVAILABLE");
  client_->send_request("POST", issue_path(), kAsk);
  journal_.acknowledge(journal_.next(), AppendOutcome::PossiblyPersisted);
  expect_503(client_->read(), "OUTCOME_UNKNOWN");
  expect_503(client_->ask("POST", issue_path(), kAsk), "OUTCOME_UNKNOWN");  // never acknowledged
  journal_.set_full(true);
  expect_503(client_->ask("POST", issue_path(), kAsk), "OVERLOADED");
}

TEST_F(HeldServer, ARetryIsCalledSafeOnlyWhereItIsSafe) {
  settings_.wait_default = milliseconds{100};
  start();
  HttpClient admin(server_->admin_address());
  const auto detail = [](const Response& response) {
    expect_503(response, "OUTCOME_UNKNOWN");
    return response.text("detail");
  };
  EXPECT_THAT(detail(client_->ask("POST", issue_path(), kAsk)), testing::HasSubstr("A retry is safe"));
  const Response made = admin.ask("POST", "/v1/policies", R"({"name":"a","maxCount":1})");
  EXPECT_THAT(detail(made), testing::HasSubstr("A retry without an id could create a second policy"));
  EXPECT_EQ(made.json("policyId"), "1") << "the proposed id";
  EXPECT_THAT(detail(admin.ask("POST", "/v1/policies", R"({"id":9,"name":"a","maxCount":1})")),
              testing::HasSubstr("A retry is safe: an id is used once"));
  for (const std::string call : {"pause", "resume", "close"}) {
    EXPECT_THAT(detail(admin.ask("POST", "/v1/policies/7/" + call, "", "Content-Type: application/json\r\n")),
                testing::HasSubstr("Read the policy before you send the command again"));
  }
  EXPECT_THAT(detail(admin.ask("PATCH", "/v1/policies/7", R"({"maxCount":2})")),
              testing::HasSubstr("Read the policy before you send the command again"));
  EXPECT_THAT(detail(admin.ask("POST", "/v1/policies/7/import", R"({"first":1,"coupons":[[1,1000]]})")),
              testing::HasSubstr("A retry of the same chunk is safe"));
  EXPECT_THAT(detail(admin.ask("POST", "/v1/policies/7/eligible", R"({"first":1,"users":[1]})")),
              testing::HasSubstr("A retry of the same chunk is safe"));
}

/// A chunk is found by `first`. With a revision, any change of the policy at the same time would make it STALE.
TEST_F(HeldServer, AChunkOfAListIsARecordWithoutARevision) {
  start();
  HttpClient admin(server_->admin_address());
  admin.send_request("POST", "/v1/policies/7/eligible", R"({"first":3,"users":[42,"43"]})",
                     "If-Match: \"5\"\r\n");
  const std::string record = journal_.next().value;
  EXPECT_THAT(record, testing::HasSubstr(R"("first":3,"users":[42,43])"));
  EXPECT_THAT(record, testing::Not(testing::HasSubstr("revision")));
}

TEST_F(HeldServer, RequestsOfAPartitionThatDoesNotServeAre503) {
  snapshots_.partition(0).set_halted("a \"unique\" key refused a row");
  start();
  expect_503(client_->ask("POST", issue_path(), kAsk), "UNAVAILABLE");
  const Response ready = client_->ask("GET", "/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(ready.json("ready"), "false");
  EXPECT_THAT(
      ready.body,
      testing::HasSubstr(R"("health":"HALTED","answers":false,"reason":"a \"unique\" key refused a row")"));
  EXPECT_EQ(client_->ask("GET", "/livez").status, 200);
}

TEST_F(HeldServer, NothingIsReadFromAPartitionThatReplays) {
  start();
  client_->send_request("POST", issue_path(), kAsk, "Prefer: respond-async\r\n");
  journal_.acknowledge(journal_.next(), AppendOutcome::Appended, 3);
  const std::string ticket = client_->read().header("location");
  snapshots_.partition(0).set_caught_up(false);
  for (const std::string& path :
       {std::string("/v1/policies/8"), std::string("/v1/policies"), std::string("/v1/users/42/coupons"),
        std::string("/v1/users/42/coupons?policyId=8"), ticket, ticket + "?wait=10"}) {
    const Response response = client_->ask("GET", path);
    expect_503(response, "UNAVAILABLE");
    EXPECT_EQ(response.text("detail"), "This node is still catching up with the journal.") << path;
  }
  snapshots_.partition(0).set_caught_up(true);
  EXPECT_EQ(client_->ask("GET", "/v1/policies").status, 200);
  EXPECT_EQ(client_->ask("GET", ticket).result(), "PENDING");
}

TEST_F(HeldServer, AListNamesAHaltedPartitionAndHasThePoliciesOfTheOthers) {
  start();
  auto view = std::make_shared<replica::PolicySnapshot>();
  view->policy = {.id = PolicyId{7}, .name = "seven", .max_count = 5};
  snapshots_.publish(view);
  EXPECT_EQ(client_->ask("GET", "/v1/policies/7").status, 200);
  EXPECT_THAT(client_->ask("GET", "/v1/policies").body, testing::HasSubstr(R"("id":7)"));
  snapshots_.partition(0).set_halted("by hand");
  for (const std::string path : {"/v1/policies/7", "/v1/users/42/coupons?policyId=7"}) {
    const Response response = client_->ask("GET", path);
    expect_503(response, "UNAVAILABLE");
    EXPECT_THAT(response.text("detail"), testing::HasSubstr("Issuing is halted")) << path;
  }
  const Response policies = client_->ask("GET", "/v1/policies");
  EXPECT_EQ(policies.status, 200);
  EXPECT_EQ(policies.json("unavailablePartitions"), "[0]");
  EXPECT_EQ(policies.json("policies"), "[]");
  const Response coupons = client_->ask("GET", "/v1/users/42/coupons");
  EXPECT_EQ(coupons.status, 200);
  EXPECT_EQ(coupons.json("unavailablePartitions"), "[0]");
}

/// So that callers that are refused together do not retry together.
TEST_F(HeldServer, RetryAfterVariesWithinItsBounds) {
  constexpr int kRefusals = 60;  // a value is missing in one of 10^10 runs
  snapshots_.partition(0).set_halted("by hand");
  start();
  std::map<std::string, int> said;
  for (int i = 0; i < kRefusals; ++i) {
    const Response refusal = client_->ask("POST", issue_path(), kAsk);
    ASSERT_EQ(refusal.status, 503);
    ++said[refusal.header("retry-after")];
  }
  EXPECT_THAT(said, ElementsAre(Pair("1", Gt(0)), Pair("2", Gt(0)), Pair("3", Gt(0))));
}

TEST_F(HeldServer, AStoreThatDoesNotAnswerIs503ForTicketsAndListsOnly) {
  start();
  client_->send_request("POST", issue_path(), kAsk, "Prefer: respond-async\r\n");
  journal_.acknowledge(journal_.next(), AppendOutcome::Appended, 0);
  const std::string path = client_->read().header("location");
  grow_tail(0, Code::AlreadyIssued);
  store_.set_down(true);
  expect_503(client_->ask("GET", path), "UNAVAILABLE");
  expect_503(client_->ask("GET", "/v1/users/42/coupons"), "UNAVAILABLE");
  EXPECT_EQ(client_->ask("GET", "/readyz").status, 200);
  client_->send_request("POST", issue_path(), kAsk);
  decide(journal_.next(), Code::Success, 1);
  EXPECT_EQ(client_->read().status, 201);
}

TEST_F(HeldServer, AClosedConnectionReceivesNoAnswerOfAnotherCaller) {
  start();
  client_->send_request("POST", issue_path(), kAsk);
  const auto gone = journal_.next();
  client_ = std::make_unique<HttpClient>(server_->address());  // reuses the slot of the closed connection
  client_->send_request("POST", issue_path(), R"({"userId":43})");
  const auto held = journal_.next();
  decide(gone, Code::Success, 0);
  decide(held, Code::SoldOut, 1);
  const Response lost = client_->read();
  EXPECT_EQ(lost.result(), "SOLD_OUT");
  EXPECT_EQ(lost.json("userId"), "43");
}

TEST_F(HeldServer, ADrainAnswersAcceptedRequestsAndAcceptsNoMore) {
  start();
  HttpClient later(server_->address());
  EXPECT_EQ(later.ask("GET", "/readyz").status, 200);
  client_->send_request("POST", issue_path(), kAsk, "Prefer: wait=10\r\n");
  const auto held = journal_.next();
  auto drained = std::async(std::launch::async, [&] { return server_->drain(milliseconds{10'000}); });

  Response ready;
  do {
    ready = later.ask("GET", "/livez");
    EXPECT_EQ(ready.status, 200);
  } while (ready.header("connection") != "close" && !HasFailure());  // until the drain has begun
  EXPECT_TRUE(later.at_end());
  EXPECT_EQ(drained.wait_for(milliseconds{0}), std::future_status::timeout) << "one request is still waiting";

  decide(held, Code::Success, 0);
  const Response won = client_->read();
  EXPECT_EQ(won.status, 201);
  EXPECT_TRUE(client_->at_end());
  EXPECT_TRUE(drained.get());
}

TEST_F(HeldServer, DuringADrainLaterRequestsOnOpenConnectionsAre503) {
  start();
  HttpClient asks(server_->address());
  HttpClient probes(server_->address());
  EXPECT_EQ(asks.ask("GET", "/livez").status, 200);
  EXPECT_EQ(probes.ask("GET", "/livez").status, 200);
  client_->send_request("POST", issue_path(), kAsk, "Prefer: wait=10\r\n");
  const auto held = journal_.next();
  HttpClient watcher(server_->address());
  EXPECT_EQ(watcher.ask("GET", "/livez").status, 200);
  auto drained = std::async(std::launch::async, [&] { return server_->drain(milliseconds{10'000}); });
  while (watcher.ask("GET", "/livez").header("connection") != "close" && !HasFailure()) {
  }
  const Response refused = asks.ask("POST", issue_path(), kAsk);
  expect_503(refused, "UNAVAILABLE");
  EXPECT_EQ(refused.header("connection"), "close");
  const Response ready = probes.ask("GET", "/readyz");
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(ready.text("reason"), "This node is stopping.");
  decide(held, Code::SoldOut, 0);
  EXPECT_EQ(client_->read().status, 409);
  EXPECT_TRUE(drained.get());
}

TEST_F(HeldServer, ADrainThatTakesTooLongReturnsFalse) {
  start();
  client_->send_request("POST", issue_path(), kAsk, "Prefer: wait=10\r\n");
  journal_.next();
  EXPECT_FALSE(server_->drain(milliseconds{50}));
  EXPECT_TRUE(client_->at_end());
}

TEST_F(HeldServer, TheErrorForAnAddressInUseHasAHint) {
  start();
  api::ServerSettings same = settings_;
  same.listen = server_->address();
  api::Server second(
      same, api::ServerParts{snapshots_, {&log_}, journal_, store_, {.partitions = 1, .era = 1}, routes_});
  const Status listening = second.listen();
  ASSERT_FALSE(listening);
  EXPECT_THAT(listening.error().message,
              testing::HasSubstr(server_->address() + ": another process uses this address"));
  EXPECT_THAT(listening.error().hint, testing::HasSubstr("--listen"));
  for (const char* wrong :
       {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:99999", "::1:80", ":80"}) {
    same.listen = wrong;
    api::Server third(
        same, api::ServerParts{snapshots_, {&log_}, journal_, store_, {.partitions = 1, .era = 1}, routes_});
    EXPECT_FALSE(third.listen()) << wrong;
  }
}

TEST_F(HeldServer, OperatorsAndProbesAreAnsweredWhileEveryEdgeThreadIsBusy) {
  start();
  journal_.set_stuck(true);
  client_->send_request("POST", issue_path(), kAsk);
  journal_.wait_until_stuck();
  HttpClient operators(server_->admin_address());
  for (const char* path : {"/livez", "/readyz", "/metrics", "/v1/policies"}) {
    EXPECT_EQ(operators.ask("GET", path).status, 200) << path;
  }
  journal_.set_stuck(false);
}

TEST_F(HeldServer, ARequestForACouponWaitsForNoListThatCameBeforeIt) {
  start();
  journal_.set_stuck(true);
  client_->send_request("POST", issue_path(), kAsk);
  journal_.wait_until_stuck();
  std::vector<std::unique_ptr<HttpClient>> attackers;
  for (int i = 0; i < 8; ++i) {
    attackers.push_back(std::make_unique<HttpClient>(server_->address()));
    for (int request = 0; request < 16; ++request) {
      attackers.back()->send_request("GET", "/v1/policies?limit=1000");
    }
  }
  HttpClient honest(server_->address());
  honest.send_request("POST", issue_path(), R"({"userId":43})");

  // The worker stops again when the request reaches the journal.
  journal_.let_one_pass();
  journal_.next();
  journal_.wait_until_stuck();
  const api::Figures figures = server_->figures();
  EXPECT_EQ(figures.requests[static_cast<std::size_t>(api::Call::Policy)][api::kOk], 0U);
  journal_.set_stuck(false);
  decide(journal_.next(), Code::Success, 1);
  EXPECT_EQ(honest.read().status, 201);
  for (auto& attacker : attackers) {
    for (int request = 0; request < 16; ++request)
      ASSERT_EQ(attacker->read().status, 200) << "late, but answered";
  }
}

}  // namespace
}  // namespace firstcome::test
