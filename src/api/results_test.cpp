#include "api/results.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace firstcome::api {
namespace {

TEST(Results, EveryCodeOfAResponseHasItsStatus) {
  const std::map<Code, int> expected{
      {Code::Success, 201},     {Code::AlreadyIssued, 200}, {Code::SoldOut, 409},
      {Code::NotStarted, 409},  {Code::Ended, 409},         {Code::Paused, 409},
      {Code::Closed, 409},      {Code::UnknownPolicy, 404}, {Code::Invalid, 422},
      {Code::Accepted, 200},    {Code::Refused, 409},       {Code::Stale, 412},
      {Code::Exists, 409},      {Code::Unchanged, 200},     {Code::UnknownCoupon, 404},
      {Code::AlreadyUsed, 409}, {Code::Reserved, 409},      {Code::Cancelled, 409},
      {Code::Expired, 409},     {Code::NotYetValid, 409},   {Code::NotReserved, 409},
      {Code::NotUsed, 409},     {Code::NotEligible, 409},
  };
  const std::set<Code> in_no_response{Code::None, Code::Forwarded, Code::Duplicate, Code::Rules};
  for (const CodeRow& row : kCodes) {
    SCOPED_TRACE(row.name);
    ASSERT_TRUE(expected.contains(row.code) != in_no_response.contains(row.code))
        << "a new code needs a status";
    EXPECT_EQ(http_status(row.code), in_no_response.contains(row.code) ? 500 : expected.at(row.code));
  }
}

TEST(Results, EveryStatusHasAReasonPhrase) {
  for (const ResultRow& row : kResults) EXPECT_NE(reason_phrase(row.status), "") << row.name;
}

TEST(Results, EveryProblemHasTheStatusOfAProblem) {
  for (ResultLabel label = kCodeCount; label < kPending; ++label) {
    EXPECT_TRUE(is_problem(kResults[label].status)) << kResults[label].name;
  }
  EXPECT_EQ(result_of(Problem::Invalid).name, "INVALID");
  EXPECT_EQ(kResults[kPending].name, "PENDING");
  EXPECT_EQ(kResults.size(), kOk + 1U);
}

TEST(Results, NothingDecidedIsAlways503) {
  const auto problem = [](admission::ReplyKind kind) { return result_of(problem_of(kind)); };
  for (const admission::ReplyKind kind : {admission::ReplyKind::Overloaded, admission::ReplyKind::Unavailable,
                                          admission::ReplyKind::OutcomeUnknown}) {
    EXPECT_EQ(problem(kind).status, 503);
  }
  EXPECT_EQ(problem(admission::ReplyKind::Overloaded).name, "OVERLOADED");
  EXPECT_EQ(problem(admission::ReplyKind::Unavailable).name, "UNAVAILABLE");
  EXPECT_EQ(problem(admission::ReplyKind::OutcomeUnknown).name, "OUTCOME_UNKNOWN");
}

}  // namespace
}  // namespace firstcome::api
