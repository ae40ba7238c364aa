#include "check/history_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace firstcome::check {
namespace {

using testing::HasSubstr;

// Of policy 1, user 42, partition 0, offset 0, era 1: from a server.
const std::string kTicket = "AgAAAAGdQcfiW4A2-gAAAAAAAAABAAAAAAAAACoAAAAAAAAAAAAABut-_QoUNYc";

std::string success(const std::string& more = "") {
  return R"({"asked":"coupon","policyId":1,"userId":42,"sent":5,"answered":9,"status":201,"result":"SUCCESS",)"
         R"("sequence":17,"issuedAt":"2026-11-24T12:00:00.123Z","ticket":")" +
         kTicket + "\"" + more + "}";
}

History read(const std::string& text) {
  std::istringstream in(text);
  auto history = read_history(in, "h.jsonl");
  EXPECT_TRUE(history.ok()) << history.error().message;
  return history.ok() ? *history : History{};
}

HistoryRow row(const std::string& line) {
  const History history = read(line + "\n");
  EXPECT_EQ(history.rows.size(), 1U);
  return history.rows.empty() ? HistoryRow{} : history.rows[0];
}

std::string error_of(const std::string& text) {
  std::istringstream in(text);
  const auto history = read_history(in, "h.jsonl");
  return history.ok() ? "it can be read" : history.error().message;
}

TEST(AHistory, HasOneRowPerLine) {
  const HistoryRow one = row(success());
  EXPECT_EQ(one.request, RequestKind::Coupon);
  EXPECT_EQ(one.policy, PolicyId{1});
  EXPECT_EQ(one.user, UserId{42});
  EXPECT_EQ(one.sent, Moment{5});
  EXPECT_EQ(one.answered, Moment{9});
  EXPECT_TRUE(one.got(Code::Success));
  EXPECT_EQ(one.sequence, 17);
  EXPECT_EQ(format_rfc3339(one.issued_at), "2026-11-24T12:00:00.123Z");
  EXPECT_TRUE(one.has_ticket());
  EXPECT_EQ(one.place(), (Place{0, 0}));
  EXPECT_FALSE(one.ticket_of_another);
}

TEST(AHistory, MayBeginWithAHead) {
  const History history = read(R"({"history":1,"startedAt":"2026-11-24T12:00:00.000Z","maxStalenessMs":250})"
                               "\n" +
                               success() + "\n");
  EXPECT_EQ(history.rows.size(), 1U);
  EXPECT_EQ(history.first_line, 2);
  EXPECT_EQ(history.max_staleness, milliseconds{250});
  EXPECT_THAT(error_of("{\"history\":2}\n"), HasSubstr("h.jsonl:1: \"history\" must be 1"));
}

TEST(AHistory, DistinguishesUnknownOutcomesFromRefusals) {
  const std::string request = R"({"asked":"coupon","policyId":1,"userId":42,"sent":5)";
  EXPECT_EQ(row(request + "}").response, ResponseKind::Unknown);
  EXPECT_EQ(row(request + R"(,"answered":null})").response, ResponseKind::Unknown);
  const auto response_of = [&](const std::string& status, const std::string& result) {
    return row(request + R"(,"answered":9,"status":)" + status + R"(,"result":")" + result + "\"}").response;
  };
  EXPECT_EQ(response_of("503", "OUTCOME_UNKNOWN"), ResponseKind::Unknown);
  EXPECT_EQ(response_of("503", "OVERLOADED"), ResponseKind::NotAppended);
  EXPECT_EQ(response_of("503", "UNAVAILABLE"), ResponseKind::NotAppended);
  EXPECT_EQ(response_of("422", "INVALID"), ResponseKind::NotAppended);
  EXPECT_EQ(response_of("202", "PENDING"), ResponseKind::Pending);
  EXPECT_EQ(response_of("409", "SOLD_OUT"), ResponseKind::Decided);
  EXPECT_EQ(row(request + R"(,"answered":9,"status":502})").response, ResponseKind::Unknown);
}

TEST(AHistory, HasEarlyRefusalsTicketsAndCommands) {
  const HistoryRow early = row(
      R"({"asked":"coupon","policyId":1,"userId":42,"sent":5,"answered":9,"status":409,"result":"SOLD_OUT",)"
      R"("asOf":{"partition":2,"offset":12,"at":"2026-11-24T12:00:00.123Z"},"detail":"ignored"})");
  EXPECT_TRUE(early.is_early());
  EXPECT_EQ(early.place(), (Place{2, 12}));

  const std::string request = R"({"asked":"ticket","sent":5,"answered":9,"ticket":")";
  const HistoryRow ticket = row(request + kTicket + R"(","status":200,"result":"SOLD_OUT"})");
  EXPECT_EQ(ticket.user, UserId{42});
  EXPECT_EQ(ticket.policy, PolicyId{1});
  EXPECT_TRUE(ticket.has_ticket());
  EXPECT_EQ(row(request + kTicket + R"(","status":404,"result":"NOT_FOUND"})").response,
            ResponseKind::NotFound);
  EXPECT_EQ(row(request + R"(forged","status":404,"result":"NOT_FOUND"})").response,
            ResponseKind::NotAppended);

  const HistoryRow command =
      row(R"({"asked":"command","command":"change","policyId":7,"sent":5,"answered":9,"status":200,)"
          R"("result":"ACCEPTED","maxCount":20,"revision":3,"state":"ACTIVE"})");
  EXPECT_EQ(command.command, PolicyCommand::Kind::Change);
  EXPECT_EQ(command.max_count, 20);
  EXPECT_EQ(command.revision, 3);
}

TEST(AHistory, HasCommandsOfCoupons) {
  const std::string request =
      R"({"asked":"couponCommand","command":"use","policyId":7,"sequence":17,"reference":"order-1","userId":42,"sent":5)";
  const History history =
      read(request +
           R"(,"answered":9,"status":200,"result":"ACCEPTED","place":{"partition":1,"offset":103},)"
           R"("asOf":{"partition":1,"offset":104}})"
           "\n" +
           request + "}\n");
  ASSERT_EQ(history.rows.size(), 2U);
  const HistoryRow& one = history.rows[0];
  EXPECT_EQ(one.request, RequestKind::CouponCommand);
  EXPECT_EQ(one.coupon_command, CouponCommand::Kind::Use);
  EXPECT_FALSE(one.user.valid()) << "a command is of no user";
  EXPECT_EQ(one.sequence, 17);
  EXPECT_EQ(history.references.at(one.reference - 1), "order-1");
  EXPECT_TRUE(one.got(Code::Accepted) && one.has_ticket());
  EXPECT_EQ(one.place(), (Place{1, 103}));
  EXPECT_EQ(history.rows[1].response, ResponseKind::Unknown);
  EXPECT_FALSE(history.rows[1].has_place());

  const auto error = [](const std::string& fields) {
    return error_of(R"({"asked":"couponCommand","policyId":7,"sent":5)" + fields + "}\n");
  };
  EXPECT_THAT(error(R"(,"sequence":17,"reference":"order-1")"), HasSubstr("\"command\" is missing"));
  EXPECT_THAT(error(R"(,"sequence":17,"reference":"order-1","command":"pause")"),
              HasSubstr("\"command\" must be reserve, use, release, restore or cancel"));
  EXPECT_THAT(error(R"(,"command":"use","reference":"order-1")"), HasSubstr("\"sequence\" is missing"));
  EXPECT_THAT(error(R"(,"command":"use","sequence":17)"), HasSubstr("\"reference\" is missing"));
  EXPECT_THAT(error(R"(,"command":"use","sequence":17,"reference":"order-1","place":{"partition":1})"),
              HasSubstr("\"place\" needs a partition and an offset"));
}

TEST(AHistory, DetectsTheTicketOfAnotherRequest) {
  EXPECT_TRUE(row(R"({"asked":"coupon","policyId":1,"userId":43,"sent":5,"answered":9,"status":409,)"
                  R"("result":"SOLD_OUT","ticket":")" +
                  kTicket + "\"}")
                  .ticket_of_another);
}

TEST(AHistory, IsReadUpToAnIncompleteLastLine) {
  const History history = read(success() + "\n" + success().substr(0, 50));
  EXPECT_EQ(history.rows.size(), 1U);
  EXPECT_EQ(history.warning, "h.jsonl:2: the last line is incomplete and is ignored");
  const History whole = read(success() + "\n" + success());  // complete, without a line break
  EXPECT_EQ(whole.rows.size(), 2U);
  EXPECT_EQ(whole.warning, "");
}

struct BadLineCase {
  const char* line;
  const char* what;
};

class AnUnreadableLine : public testing::TestWithParam<BadLineCase> {};

TEST_P(AnUnreadableLine, IsReportedWithItsNumberAndTheReason) {
  const std::string error = error_of(success() + "\n" + GetParam().line + "\n" + success() + "\n");
  EXPECT_THAT(error, HasSubstr("h.jsonl:2: "));
  EXPECT_THAT(error, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    OfAnyKind, AnUnreadableLine,
    testing::Values(
        BadLineCase{"", "it is not JSON"}, BadLineCase{"[1]", "it is not a JSON object"},
        BadLineCase{R"({"asked":"coupon")", "it is not JSON"},
        BadLineCase{R"({"sent":1})", "\"asked\" is missing"},
        BadLineCase{R"({"asked":"tea","sent":1})", "must be coupon, ticket, command or couponCommand"},
        BadLineCase{R"({"asked":"coupon","policyId":1,"userId":1})", "\"sent\" is missing"},
        BadLineCase{R"({"asked":"coupon","userId":1,"sent":1})", "\"policyId\" is missing"},
        BadLineCase{R"({"asked":"coupon","policyId":1,"sent":1})", "\"userId\" is missing"},
        BadLineCase{R"({"asked":"coupon","policyId":0,"userId":1,"sent":1})", "\"policyId\" is out of range"},
        BadLineCase{R"({"asked":"coupon","policyId":1,"userId":"x","sent":1})",
                    "\"userId\" must be an integer"},
        BadLineCase{
            R"({"asked":"coupon","policyId":1,"userId":1,"sent":5,"answered":4,"status":409,"result":"SOLD_OUT"})",
            "\"answered\" is before \"sent\""},
        BadLineCase{R"({"asked":"coupon","policyId":1,"userId":1,"sent":5,"answered":9})",
                    "\"status\" is missing"},
        BadLineCase{R"({"asked":"coupon","policyId":1,"userId":1,"sent":5,"status":409})",
                    "\"answered\" is missing"},
        BadLineCase{
            R"({"asked":"coupon","policyId":1,"userId":1,"sent":5,"answered":9,"status":200,"result":"HURRAY"})",
            "\"result\" is not known to this version"},
        BadLineCase{R"({"asked":"coupon","policyId":1,"userId":1,"sent":1,"sent":2})",
                    "\"sent\" occurs twice"},
        BadLineCase{
            R"({"asked":"coupon","policyId":1,"userId":1,"sent":1,"answered":2,"status":409,"result":"SOLD_OUT","ticket":"short"})",
            "\"ticket\" cannot be read by this version"},
        BadLineCase{
            R"({"asked":"coupon","policyId":1,"userId":1,"sent":1,"answered":2,"status":409,"result":"SOLD_OUT","asOf":{"offset":1}})",
            "\"asOf\" needs a partition and an offset"},
        BadLineCase{R"({"asked":"command","policyId":1,"sent":1})", "\"command\" is missing"}));

}  // namespace
}  // namespace firstcome::check
