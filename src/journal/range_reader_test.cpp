#include "journal/range_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace firstcome::journal {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// Returns the given answers, then empty fetches.
class ScriptedFollower : public Follower {
 public:
  Result<Fetch> poll(milliseconds /*timeout*/) override {
    if (answers.empty()) return fetch(position_, 0);
    Result<Fetch> answer = std::move(answers.front());
    answers.pop_front();
    if (answer.ok()) position_ = answer->position;
    return answer;
  }
  static Fetch fetch(Offset position, std::size_t records, bool at_end = false) {
    Fetch fetch;
    fetch.records.resize(records);
    fetch.position = position;
    fetch.at_end = at_end;
    return fetch;
  }
  std::deque<Result<Fetch>> answers;

 private:
  Offset position_ = 0;
};

constexpr Patience kQuick{.poll = milliseconds{0}, .silence = milliseconds{60'000}};
constexpr Patience kNone{.poll = milliseconds{0}, .silence = milliseconds{0}};
const Error kLater = Error::retryable("the leader is gone");

class RangeReaderTest : public testing::Test {
 protected:
  /// The number of records in the range, or the error.
  Result<std::size_t> read(Offset end, Patience patience = kQuick) {
    RangeReader reader(follower_, 2, 0, end, patience);
    std::size_t records = 0;
    while (!reader.done()) {
      const auto fetch = reader.poll();
      if (!fetch.ok()) return fetch.error();
      records += fetch->records.size();
    }
    return records;
  }
  ScriptedFollower follower_;
};

TEST_F(RangeReaderTest, AnEmptyPollIsNotTheEnd) {
  follower_.answers = {ScriptedFollower::fetch(0, 0), ScriptedFollower::fetch(3, 3),
                       ScriptedFollower::fetch(3, 0), ScriptedFollower::fetch(5, 2)};
  EXPECT_EQ(*read(5), 5u);
}

TEST_F(RangeReaderTest, MissingOffsetsAtTheEndAreSkipped) {
  follower_.answers = {ScriptedFollower::fetch(3, 3), ScriptedFollower::fetch(5, 0, true)};
  EXPECT_EQ(*read(5), 3u);
}

TEST_F(RangeReaderTest, RetryableErrorsAreRetried) {
  follower_.answers = {kLater, kLater, ScriptedFollower::fetch(5, 5)};
  EXPECT_EQ(*read(5), 5u);
}

TEST_F(RangeReaderTest, ALongSilenceIsAnErrorWithTheOffsetThatWasReached) {
  follower_.answers = {ScriptedFollower::fetch(3, 3), kLater};
  const auto outcome = read(5, kNone);
  ASSERT_FALSE(outcome.ok());
  EXPECT_TRUE(outcome.error().is_retryable());
  EXPECT_THAT(outcome.error().message, AllOf(HasSubstr("Partition 2"), HasSubstr("up to offset 5"),
                                             HasSubstr("after offset 3"), HasSubstr("the leader is gone")));
}

TEST_F(RangeReaderTest, APermanentErrorIsReturnedImmediately) {
  follower_.answers = {Error::permanent("outside the log"), ScriptedFollower::fetch(5, 5)};
  EXPECT_EQ(read(5).error().message, "outside the log");
}

}  // namespace
}  // namespace firstcome::journal
