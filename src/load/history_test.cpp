#include <fmt/format.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "load/follow_up.h"
#include "load/history_file.h"
#include "test/kits/load/plan_for_tests.h"

namespace firstcome::load {
namespace {

using nlohmann::json;
using testing::ElementsAre;

LoggedRequest row(RequestLog& request_log, std::int64_t user, RequestResult result,
                  std::string_view ticket = {}) {
  LoggedRequest row{.user = UserId{user}, .sent = 1'000, .server = 1, .result = result};
  row.ticket = request_log.keep_ticket(ticket);
  return row;
}

std::vector<json> written(const RequestLog& request_log) {
  const Plan plan = plan_for_tests();
  RunResult run;
  run.start = 900;
  const Summary summary{
      .plan = plan,
      .run = run,
      .policies = {
          {.id = PolicyId{1}, .max_count = 5, .revision = 1, .created = true, .sent = 1, .answered = 2}}};
  const std::string path = testing::TempDir() + "firstcome_load_history_test.jsonl";
  const RequestLog* const request_logs[] = {&request_log};
  EXPECT_TRUE(write_history(path, summary, request_logs).ok());
  std::vector<json> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) lines.push_back(json::parse(line));
  std::remove(path.c_str());
  return lines;
}

TEST(HistoryFile, HasEveryRequestAndItsResponse) {
  RequestLog request_log;
  LoggedRequest won = row(request_log, 42, RequestResult::Success, "AQ");
  won.answered = 2'000, won.status = 201, won.sequence = 17, won.issued_at_ms = 1;
  LoggedRequest refused = row(request_log, 43, RequestResult::SoldOut);
  refused.answered = 2'000, refused.status = 409, refused.as_of_partition = 0, refused.as_of_offset = 9;
  const LoggedRequest broken = row(request_log, 44, RequestResult::Broken);
  LoggedRequest used = row(request_log, 42, RequestResult::Accepted);
  used.kind = check::RequestKind::CouponCommand, used.sequence = 17, used.order = 2;
  used.answered = 2'000, used.status = 200, used.as_of_partition = 0, used.as_of_offset = 11;
  for (const LoggedRequest& each : {won, refused, broken, used}) request_log.add(each);
  const auto lines = written(request_log);
  EXPECT_THAT(
      lines,
      ElementsAre(
          json::parse(R"({"history":1,"startedAt":"1970-01-01T00:00:00.000Z"})"),
          json::parse(
              R"({"asked":"command","command":"create","policyId":1,"sent":-899,"answered":-898,"status":201,)"
              R"("result":"ACCEPTED","maxCount":5,"revision":1,"state":"ACTIVE"})"),
          json::parse(
              R"({"asked":"coupon","server":"127.0.0.1:8090","policyId":1,"userId":42,"sent":100,"answered":1100,)"
              R"("status":201,"result":"SUCCESS","sequence":17,"issuedAt":"1970-01-01T00:00:00.001Z","ticket":"AQ"})"),
          json::parse(
              R"({"asked":"coupon","server":"127.0.0.1:8090","policyId":1,"userId":43,"sent":100,"answered":1100,)"
              R"("status":409,"result":"SOLD_OUT","asOf":{"partition":0,"offset":9,"at":"1970-01-01T00:00:00.000Z"}})"),
          json::parse(R"({"asked":"coupon","server":"127.0.0.1:8090","policyId":1,"userId":44,"sent":100})"),
          json::parse(
              R"({"asked":"couponCommand","server":"127.0.0.1:8090","policyId":1,"userId":42,"command":"use",)"
              R"("sequence":17,"reference":"bench-1-17-2","sent":100,"answered":1100,"status":200,)"
              R"("result":"ACCEPTED","place":{"partition":0,"offset":11}})")));
}

TEST(HistoryFile, AFileThatCannotBeWrittenIsNamed) {
  const Plan plan = plan_for_tests();
  const RunResult run;
  const Status status =
      write_history("/nowhere/history.jsonl", {.plan = plan, .run = run, .policies = {}}, {});
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, testing::HasSubstr("/nowhere/history.jsonl"));
}

LoggedRequest command(RequestLog& request_log, CouponCommand::Kind kind, std::int32_t sequence,
                      RequestResult result) {
  LoggedRequest one = row(request_log, 42, result);
  one.kind = check::RequestKind::CouponCommand, one.command = kind, one.sequence = sequence;
  return one;
}

TEST(FollowUp, RepeatsCommandsAndSendsThoseOfAnotherOrder) {
  RequestLog request_log;
  request_log.add(command(request_log, CouponCommand::Kind::Cancel, 17, RequestResult::Accepted));
  request_log.add(command(request_log, CouponCommand::Kind::Use, 18, RequestResult::Broken));
  const RequestLog* const request_logs[] = {&request_log};
  std::vector<std::string> sent;
  const auto by_thread = follow_up_requests(plan_for_tests(), request_logs, 1);
  for (const PlannedRequest& request : by_thread[0]) {
    EXPECT_EQ(request.kind, PlannedRequest::Kind::Command);
    sent.push_back(fmt::format("{} {} {}", name_of(request.command), request.sequence, request.order));
  }
  EXPECT_THAT(sent, testing::UnorderedElementsAre("use 18 1", "cancel 17 1", "use 17 2"));
}

TEST(CommandedCoupons, CountsEachCouponOnce) {
  using Kind = CouponCommand::Kind;
  RequestLog request_log;
  request_log.add(command(request_log, Kind::Use, 1, RequestResult::Broken));
  request_log.add(command(request_log, Kind::Use, 1, RequestResult::Unchanged));
  request_log.add(command(request_log, Kind::Use, 2, RequestResult::OutcomeUnknown));
  request_log.add(command(request_log, Kind::Use, 3, RequestResult::AlreadyUsed));
  request_log.add(command(request_log, Kind::Cancel, 4, RequestResult::Accepted));
  const RequestLog* const request_logs[] = {&request_log};
  const CommandedCoupons coupons = commanded_coupons(request_logs, 0);
  EXPECT_TRUE(coupons.agrees_with({.used = 1, .cancelled = 1}));
  EXPECT_TRUE(coupons.agrees_with({.used = 2, .cancelled = 1}));
  EXPECT_FALSE(coupons.agrees_with({.used = 3, .cancelled = 1}));
  EXPECT_FALSE(coupons.agrees_with({.used = 0, .cancelled = 1}));
  EXPECT_FALSE(coupons.agrees_with({.used = 1, .cancelled = 0}));
}

TEST(FollowUp, HasPendingTicketsAndSamplesOfOtherTicketsWinnersAndUnknowns) {
  RequestLog request_log;
  for (int i = 1; i <= 100; ++i) request_log.add(row(request_log, i, RequestResult::Success, "won"));
  for (int i = 101; i <= 103; ++i) request_log.add(row(request_log, i, RequestResult::Pending, "pending"));
  for (int i = 104; i <= 105; ++i) request_log.add(row(request_log, i, RequestResult::Broken));
  for (int i = 106; i <= 200; ++i) request_log.add(row(request_log, i, RequestResult::SoldOut));
  Plan plan = plan_for_tests();
  plan.follow_up = 10;
  const RequestLog* const request_logs[] = {&request_log};
  const auto by_thread = follow_up_requests(plan, request_logs, 2);
  ASSERT_EQ(by_thread.size(), 2U);
  int pending = 0, settled = 0, winners = 0, unknown = 0;
  for (const auto& requests : by_thread) {
    for (const PlannedRequest& request : requests) {
      const bool by_ticket = request.kind == PlannedRequest::Kind::Ticket;
      if (by_ticket && request.ticket == "pending") ++pending;
      if (by_ticket && request.ticket == "won") ++settled;
      if (!by_ticket && request.user.value <= 100) ++winners;
      if (!by_ticket && request.user.value > 103 && request.user.value < 106) ++unknown;
    }
  }
  EXPECT_EQ(pending, 3);
  EXPECT_EQ(settled, 10);
  EXPECT_EQ(winners, 10);
  EXPECT_EQ(unknown, 2);
  EXPECT_EQ(by_thread[0].size() + by_thread[1].size(), 25U);
}

}  // namespace
}  // namespace firstcome::load
