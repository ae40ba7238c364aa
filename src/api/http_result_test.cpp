#include "api/http_result.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace firstcome::api {
namespace {

TEST(HttpResult, EveryCodeACallerCanBeToldHasItsStatus) {
  const std::map<Code, int> told{
      {Code::Success, 201}, {Code::AlreadyIssued, 200}, {Code::SoldOut, 409}, {Code::NotStarted, 409},
      {Code::Ended, 409},   {Code::Paused, 409},        {Code::Closed, 409},  {Code::UnknownPolicy, 404},
      {Code::Invalid, 422}, {Code::Accepted, 200},      {Code::Refused, 409}, {Code::Stale, 412},
      {Code::Exists, 409},  {Code::Unchanged, 200},
  };
  const std::set<Code> never{Code::None, Code::Forwarded, Code::Duplicate, Code::Rules};
  for (const CodeName& code : all_codes()) {
    SCOPED_TRACE(code.name);
    ASSERT_TRUE(told.contains(code.code) != never.contains(code.code)) << "a new code needs a status";
    EXPECT_EQ(http_status(code.code), never.contains(code.code) ? 500 : told.at(code.code));
  }
}

TEST(HttpResult, EveryStatusHasItsReasonPhrase) {
  for (const CodeName& code : all_codes()) EXPECT_NE(reason_phrase(http_status(code.code)), "") << code.name;
  for (int i = 0; i <= static_cast<int>(Problem::VersionNotSupported); ++i) {
    const HttpResult result = http_result(static_cast<Problem>(i));
    EXPECT_NE(reason_phrase(result.status), "") << result.name;
    EXPECT_TRUE(is_problem(result.status)) << result.name;
  }
  EXPECT_NE(reason_phrase(kStatusPending), "");
}

TEST(HttpResult, NothingDecidedIsAlways503) {
  for (const admission::Outcome outcome : {admission::Outcome::Overloaded, admission::Outcome::Unavailable,
                                           admission::Outcome::OutcomeUnknown}) {
    EXPECT_EQ(http_result(problem_of(outcome)).status, 503);
  }
  EXPECT_EQ(http_result(problem_of(admission::Outcome::Overloaded)).name, "OVERLOADED");
  EXPECT_EQ(http_result(problem_of(admission::Outcome::Unavailable)).name, "UNAVAILABLE");
  EXPECT_EQ(http_result(problem_of(admission::Outcome::OutcomeUnknown)).name, "OUTCOME_UNKNOWN");
}

}  // namespace
}  // namespace firstcome::api
