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

/// The statuses that firstcome returns with a result. Other refusals may come from an intermediary.
bool is_possible(RequestResult result, int status) {
  if (result == RequestResult::OtherRefusal) return status >= 400;
  if (result == RequestResult::Overloaded || result == RequestResult::Unavailable) return status >= 500;
  if (result == RequestResult::TooManyRequests) return status == 429;
  return true;
}

LoggedRequest row_of(RequestResult result, check::RequestKind kind, std::int16_t status,
                     RequestLog& request_log) {
  LoggedRequest row{.user = UserId{42}, .sent = 1'000, .kind = kind, .result = result};
  if (is_answer(result)) {
    row.answered = 2'000;
    row.status = status;
  }
  if (result == RequestResult::Success && kind != check::RequestKind::CouponCommand) {
    row.sequence = 5;
    row.issued_at_ms = 77;
  }
  if (kind == check::RequestKind::CouponCommand) {
    row.command = CouponCommand::Kind::Cancel;
    row.sequence = 17;
    if (result != RequestResult::Accepted) return row;
    row.as_of_partition = 1;
    row.as_of_offset = 12;
    return row;
  }
  if (result == RequestResult::SoldOut && kind == check::RequestKind::Coupon) {
    row.as_of_partition = 1;
    row.as_of_offset = 9;
  }
  if (kind == check::RequestKind::Ticket || result == RequestResult::Success)
    row.ticket = request_log.keep_ticket(kTicket);
  return row;
}

void log_one_of_each(RequestLog& request_log) {
  for (std::size_t i = 0; i < kRequestResults; ++i) {
    const auto result = static_cast<RequestResult>(i);
    for (const auto kind :
         {check::RequestKind::Coupon, check::RequestKind::Ticket, check::RequestKind::CouponCommand}) {
      for (const std::int16_t status : {200, 404, 409, 502}) {
        if (is_possible(result, status)) request_log.add(row_of(result, kind, status, request_log));
      }
    }
  }
}

TEST(Evidence, EqualsTheContentsOfTheFile) {
  const Plan plan = plan_for_tests();
  RunResult run;
  run.start = 900;
  RequestLog request_log;
  log_one_of_each(request_log);
  const RequestLog* const request_logs[] = {&request_log};
  const std::vector<BenchPolicy> policies = {
      {.id = PolicyId{1}, .max_count = 5, .revision = 1, .created = true, .sent = 1, .answered = 2}};
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
  EXPECT_EQ(evidence.references, read->references);
  for (std::size_t i = 0; i < read->rows.size(); ++i) {
    const check::HistoryRow& from_log = evidence.history[i];
    const check::HistoryRow& from_file = read->rows[i];
    EXPECT_EQ(from_log.policy, from_file.policy) << i;
    EXPECT_EQ(from_log.user, from_file.user) << i;
    EXPECT_EQ(from_log.sent, from_file.sent) << i;
    EXPECT_EQ(from_log.answered, from_file.answered) << i;
    EXPECT_EQ(from_log.issued_at, from_file.issued_at) << i;
    EXPECT_EQ(from_log.place(), from_file.place()) << i;
    EXPECT_EQ(from_log.place_kind, from_file.place_kind) << i;
    EXPECT_EQ(from_log.sequence, from_file.sequence) << i;
    EXPECT_EQ(from_log.max_count, from_file.max_count) << i;
    EXPECT_EQ(from_log.revision, from_file.revision) << i;
    EXPECT_EQ(from_log.request, from_file.request) << i;
    EXPECT_EQ(from_log.response, from_file.response) << i << " " << text_of(request_log.rows()[i - 1].result);
    EXPECT_EQ(from_log.code, from_file.code) << i;
    EXPECT_EQ(from_log.command, from_file.command) << i;
    EXPECT_EQ(from_log.coupon_command, from_file.coupon_command) << i;
    EXPECT_EQ(from_log.reference == 0, from_file.reference == 0) << i;
    EXPECT_EQ(from_log.ticket_of_another, from_file.ticket_of_another) << i;
  }
}

}  // namespace
}  // namespace firstcome::load
