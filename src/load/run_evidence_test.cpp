#include "load/run_evidence.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "check/history_reader.h"
#include "load/history_file.h"
#include "test/kits/load/plan_for_tests.h"

namespace firstcome::load {
namespace {

// Tickets of era 1, partition 0: policy 1 and user 42 at offset 3.
constexpr std::string_view kTicket = "AgAAAAGdQcfiW4A2-gAAAAAAAAABAAAAAAAAACoAAAAAAAAAAAADAAAAAAAAAAA";

/// As firstcome answers; another refusal may be anybody's.
bool is_possible(RequestResult outcome, int status) {
  if (outcome == RequestResult::OtherRefusal) return status >= 400;
  if (outcome == RequestResult::Overloaded || outcome == RequestResult::Unavailable) return status >= 500;
  return true;
}

Row row_of(RequestResult outcome, check::RequestKind request, std::int16_t status, RequestLog& request_log) {
  Row row{.user = UserId{42}, .sent = 1'000, .request = asked, .outcome = outcome};
  if (is_answer(outcome)) {
    row.answered = 2'000;
    row.status = status;
  }
  if (outcome == RequestResult::Success) {
    row.sequence = 5;
    row.issued_at_ms = 77;
  }
  if (outcome == RequestResult::SoldOut && asked == check::RequestKind::Coupon) {
    row.as_of_partition = 1;
    row.as_of_offset = 9;
  }
  if (asked == check::RequestKind::Ticket || outcome == RequestResult::Success)
    row.ticket = request_log.keep_ticket(kTicket);
  return row;
}

void note_one_of_each(RequestLog& request_log) {
  for (std::size_t i = 0; i < kOutcomes; ++i) {
    const auto outcome = static_cast<RequestResult>(i);
    for (const auto asked : {check::RequestKind::Coupon, check::RequestKind::Ticket}) {
      for (const std::int16_t status : {200, 404, 409, 502}) {
        if (is_possible(outcome, status)) request_log.add(row_of(outcome, asked, status, request_log));
      }
    }
  }
}

TEST(Evidence, IsWhatCheckReadsFromTheFile) {
  const Plan plan = plan_for_tests();
  RunResult run;
  run.start = 900;
  RequestLog request_log;
  note_one_of_each(request_log);
  const RequestLog* const request_logs[] = {&request_log};
  const std::vector<PolicySeen> policies = {
      {.id = PolicyId{1}, .max_count = 5, .revision = 1, .ours = true, .sent = 1, .answered = 2}};
  const std::string path = testing::TempDir() + "firstcome_load_evidence_test.jsonl";
  ASSERT_TRUE(write_history(path, {.plan = plan, .run = run, .policies = policies}, request_logs).ok());
  std::ifstream file(path);
  const auto read = check::read_history(file, "history");
  std::remove(path.c_str());
  ASSERT_TRUE(read.ok()) << read.error().message;

  const check::Evidence evidence = evidence_of(plan, run.start, policies, request_logs);
  EXPECT_EQ(evidence.first_line, read->first_line);
  ASSERT_EQ(evidence.history.size(), read->rows.size());
  ASSERT_GT(evidence.history.size(), 60U);
  for (std::size_t i = 0; i < read->rows.size(); ++i) {
    const check::HistoryRow& ours = evidence.history[i];
    const check::HistoryRow& theirs = read->rows[i];
    EXPECT_EQ(ours.policy, theirs.policy) << i;
    EXPECT_EQ(ours.user, theirs.user) << i;
    EXPECT_EQ(ours.sent, theirs.sent) << i;
    EXPECT_EQ(ours.answered, theirs.answered) << i;
    EXPECT_EQ(ours.issued_at, theirs.issued_at) << i;
    EXPECT_EQ(ours.place(), theirs.place()) << i;
    EXPECT_EQ(ours.place_kind, theirs.place_kind) << i;
    EXPECT_EQ(ours.sequence, theirs.sequence) << i;
    EXPECT_EQ(ours.max_count, theirs.max_count) << i;
    EXPECT_EQ(ours.revision, theirs.revision) << i;
    EXPECT_EQ(ours.request, theirs.request) << i;
    EXPECT_EQ(ours.response, theirs.response) << i << " " << words_for(request_log.rows()[i - 1].outcome);
    EXPECT_EQ(ours.code, theirs.code) << i;
    EXPECT_EQ(ours.command, theirs.command) << i;
    EXPECT_EQ(ours.ticket_of_another, theirs.ticket_of_another) << i;
  }
}

}  // namespace
}  // namespace firstcome::load
