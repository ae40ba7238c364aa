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

std::string complaint(const std::string& text) {
  std::istringstream in(text);
  const auto history = read_history(in, "h.jsonl");
  return history.ok() ? "it was read" : history.error().message;
}

TEST(AHistory, HasARowALine) {
  const HistoryRow one = row(success());
  EXPECT_EQ(one.asked, Asked::Coupon);
  EXPECT_EQ(one.policy, PolicyId{1});
  EXPECT_EQ(one.user, UserId{42});
  EXPECT_EQ(one.sent, Moment{5});
  EXPECT_EQ(one.answered, Moment{9});
  EXPECT_TRUE(one.is_told(Code::Success));
  EXPECT_EQ(one.sequence, 17);
  EXPECT_EQ(format_rfc3339(one.issued_at), "2026-11-24T12:00:00.123Z");
  EXPECT_TRUE(one.has_place());
  EXPECT_EQ(one.where(), (Place{0, 0}));
  EXPECT_FALSE(one.ticket_of_another);
}

TEST(AHistory, MayBeginWithAHead) {
  const History history = read(R"({"history":1,"startedAt":"2026-11-24T12:00:00.000Z","maxStalenessMs":250})"
                               "\n" +
                               success() + "\n");
  EXPECT_EQ(history.rows.size(), 1U);
  EXPECT_EQ(history.first_line, 2);
  EXPECT_EQ(history.max_staleness, milliseconds{250});
  EXPECT_THAT(complaint("{\"history\":2}\n"), HasSubstr("h.jsonl:1: \"history\" must be 1"));
}

TEST(AHistory, KnowsUnknownOutcomesFromRefusals) {
  const std::string asked = R"({"asked":"coupon","policyId":1,"userId":42,"sent":5)";
  EXPECT_EQ(row(asked + "}").told, Told::Unknown);
  EXPECT_EQ(row(asked + R"(,"answered":null})").told, Told::Unknown);
  const auto told = [&](const std::string& status, const std::string& result) {
    return row(asked + R"(,"answered":9,"status":)" + status + R"(,"result":")" + result + "\"}").told;
  };
  EXPECT_EQ(told("503", "OUTCOME_UNKNOWN"), Told::Unknown);
  EXPECT_EQ(told("503", "OVERLOADED"), Told::NotTaken);
  EXPECT_EQ(told("503", "UNAVAILABLE"), Told::NotTaken);
  EXPECT_EQ(told("422", "INVALID"), Told::NotTaken);
  EXPECT_EQ(told("202", "PENDING"), Told::Pending);
  EXPECT_EQ(told("409", "SOLD_OUT"), Told::Decided);
  EXPECT_EQ(row(asked + R"(,"answered":9,"status":502})").told, Told::Unknown);
}

TEST(AHistory, HasEarlyRefusalsTicketsAndCommands) {
  const HistoryRow early = row(
      R"({"asked":"coupon","policyId":1,"userId":42,"sent":5,"answered":9,"status":409,"result":"SOLD_OUT",)"
      R"("asOf":{"partition":2,"offset":12,"at":"2026-11-24T12:00:00.123Z"},"detail":"ignored"})");
  EXPECT_TRUE(early.is_early());
  EXPECT_EQ(early.where(), (Place{2, 12}));

  const std::string asked = R"({"asked":"ticket","sent":5,"answered":9,"ticket":")";
  const HistoryRow ticket = row(asked + kTicket + R"(","status":200,"result":"SOLD_OUT"})");
  EXPECT_EQ(ticket.user, UserId{42});
  EXPECT_EQ(ticket.policy, PolicyId{1});
  EXPECT_TRUE(ticket.has_place());
  EXPECT_EQ(row(asked + kTicket + R"(","status":404,"result":"NOT_FOUND"})").told, Told::Lost);
  EXPECT_EQ(row(asked + R"(forged","status":404,"result":"NOT_FOUND"})").told, Told::NotTaken);

  const HistoryRow command =
      row(R"({"asked":"command","command":"change","policyId":7,"sent":5,"answered":9,"status":200,)"
          R"("result":"ACCEPTED","maxCount":20,"revision":3,"state":"ACTIVE"})");
  EXPECT_EQ(command.command, PolicyCommand::Kind::Change);
  EXPECT_EQ(command.max_count, 20);
  EXPECT_EQ(command.revision, 3);
}

TEST(AHistory, SeesATicketThatIsAnothers) {
  EXPECT_TRUE(row(R"({"asked":"coupon","policyId":1,"userId":43,"sent":5,"answered":9,"status":409,)"
                  R"("result":"SOLD_OUT","ticket":")" +
                  kTicket + "\"}")
                  .ticket_of_another);
}

TEST(AHistory, WhoseLastLineIsTornIsReadUpToIt) {
  const History history = read(success() + "\n" + success().substr(0, 50));
  EXPECT_EQ(history.rows.size(), 1U);
  EXPECT_EQ(history.warning, "h.jsonl:2: the last line is torn and was left out");
  const History whole = read(success() + "\n" + success());  // without its line break, but whole
  EXPECT_EQ(whole.rows.size(), 2U);
  EXPECT_EQ(whole.warning, "");
}

struct BadLineCase {
  const char* line;
  const char* what;
};

class ABadLine : public testing::TestWithParam<BadLineCase> {};

TEST_P(ABadLine, IsNamedWithWhatIsWrong) {
  const std::string said = complaint(success() + "\n" + GetParam().line + "\n" + success() + "\n");
  EXPECT_THAT(said, HasSubstr("h.jsonl:2: "));
  EXPECT_THAT(said, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    OfAnyKind, ABadLine,
    testing::Values(
        BadLineCase{"", "it is no JSON"}, BadLineCase{"[1]", "it is no JSON object"},
        BadLineCase{R"({"asked":"coupon")", "it is no JSON"},
        BadLineCase{R"({"sent":1})", "\"asked\" is missing"},
        BadLineCase{R"({"asked":"tea","sent":1})", "must be coupon, ticket or command"},
        BadLineCase{R"({"asked":"coupon","policyId":1,"userId":1})", "\"sent\" is missing"},
        BadLineCase{R"({"asked":"coupon","userId":1,"sent":1})", "\"policyId\" is missing"},
        BadLineCase{R"({"asked":"coupon","policyId":1,"sent":1})", "\"userId\" is missing"},
        BadLineCase{R"({"asked":"coupon","policyId":0,"userId":1,"sent":1})", "\"policyId\" is out of range"},
        BadLineCase{R"({"asked":"coupon","policyId":1,"userId":"x","sent":1})",
                    "\"userId\" must be a whole number"},
        BadLineCase{
            R"({"asked":"coupon","policyId":1,"userId":1,"sent":5,"answered":4,"status":409,"result":"SOLD_OUT"})",
            "\"answered\" is before \"sent\""},
        BadLineCase{R"({"asked":"coupon","policyId":1,"userId":1,"sent":5,"answered":9})",
                    "\"status\" is missing"},
        BadLineCase{R"({"asked":"coupon","policyId":1,"userId":1,"sent":5,"status":409})",
                    "\"answered\" is missing"},
        BadLineCase{
            R"({"asked":"coupon","policyId":1,"userId":1,"sent":5,"answered":9,"status":200,"result":"HURRAY"})",
            "\"result\" is not one this version knows"},
        BadLineCase{R"({"asked":"coupon","policyId":1,"userId":1,"sent":1,"sent":2})",
                    "\"sent\" is named twice"},
        BadLineCase{
            R"({"asked":"coupon","policyId":1,"userId":1,"sent":1,"answered":2,"status":409,"result":"SOLD_OUT","ticket":"short"})",
            "\"ticket\" is not one this version reads"},
        BadLineCase{
            R"({"asked":"coupon","policyId":1,"userId":1,"sent":1,"answered":2,"status":409,"result":"SOLD_OUT","asOf":{"offset":1}})",
            "\"asOf\" needs a partition and an offset"},
        BadLineCase{R"({"asked":"command","policyId":1,"sent":1})", "\"command\" is missing"}));

}  // namespace
}  // namespace firstcome::check
