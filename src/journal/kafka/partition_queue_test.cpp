#include "journal/kafka/partition_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firstcome::journal::kafka {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class PartitionQueueTest : public testing::Test {
 protected:
  /// Appends a record of `bytes` bytes at `now_`; true if librdkafka takes it now.
  bool append(std::uint64_t token, std::int64_t bytes = 100) {
    const std::lock_guard lock(queue_.mutex);
    if (queue_.admits(now_)) return true;
    queue_.wait(WaitingRecord({.token = token, .value = "x"},
                              std::make_unique<Receipt>(Receipt{nullptr, &queue_, token, bytes, now_})));
    return false;
  }
  static std::vector<std::uint64_t> tokens(const std::vector<WaitingRecord>& records) {
    std::vector<std::uint64_t> tokens;
    for (const WaitingRecord& record : records) tokens.push_back(record.receipt->token);
    return tokens;
  }
  std::vector<std::uint64_t> produce() {
    auto batch = queue_.take_batch();
    auto result = tokens(batch);
    queue_.finish_batch({});
    return result;
  }

  PartitionQueue queue_;
  Instant now_{std::chrono::hours(1)};
};

TEST_F(PartitionQueueTest, RecordsThatComeTogetherAreOneBatch) {
  EXPECT_TRUE(append(1));
  EXPECT_TRUE(append(2));
  EXPECT_FALSE(queue_.settled());
  EXPECT_TRUE(queue_.settled());
}

TEST_F(PartitionQueueTest, LaterRecordsWaitUntilTheBatchIsSettled) {
  EXPECT_TRUE(append(1));
  EXPECT_TRUE(append(2));
  now_ += std::chrono::milliseconds(1);
  EXPECT_FALSE(append(3));
  EXPECT_FALSE(queue_.settled());
  EXPECT_THAT(produce(), IsEmpty());
  EXPECT_FALSE(append(4));
  EXPECT_TRUE(queue_.settled());
  EXPECT_THAT(produce(), ElementsAre(3, 4));
  EXPECT_FALSE(append(5)) << "3 and 4 are in flight";
}

TEST_F(PartitionQueueTest, NoRecordPassesAnotherThatWaits) {
  EXPECT_TRUE(append(1));
  now_ += std::chrono::milliseconds(1);
  EXPECT_FALSE(append(2));
  EXPECT_TRUE(queue_.settled());
  EXPECT_FALSE(append(3)) << "nothing is in flight, but 2 was first";
  EXPECT_THAT(produce(), ElementsAre(2, 3));
}

TEST_F(PartitionQueueTest, WhatLibrdkafkaDidNotTakeWaitsInFront) {
  EXPECT_TRUE(append(1));
  now_ += std::chrono::milliseconds(1);
  for (std::uint64_t token = 2; token <= 4; ++token) EXPECT_FALSE(append(token));
  EXPECT_TRUE(queue_.settled());
  auto batch = queue_.take_batch();
  EXPECT_THAT(tokens(batch), ElementsAre(2, 3, 4));
  batch.erase(batch.begin());
  queue_.finish_batch(std::move(batch));
  EXPECT_FALSE(append(5));
  EXPECT_THAT(produce(), IsEmpty()) << "2 is in flight";
  EXPECT_TRUE(queue_.settled());
  EXPECT_THAT(produce(), ElementsAre(3, 4, 5));
}

TEST_F(PartitionQueueTest, ABatchIsNoLargerThanARequestOfLibrdkafka) {
  EXPECT_TRUE(append(1));
  now_ += std::chrono::milliseconds(1);
  for (std::uint64_t token = 2; token <= 4; ++token) EXPECT_FALSE(append(token, 400'000));
  EXPECT_FALSE(append(5, 950'000));
  EXPECT_TRUE(queue_.settled());
  EXPECT_THAT(produce(), ElementsAre(2, 3));
  EXPECT_FALSE(queue_.settled());
  EXPECT_TRUE(queue_.settled());
  EXPECT_THAT(produce(), ElementsAre(4));
  EXPECT_TRUE(queue_.settled());
  EXPECT_THAT(produce(), ElementsAre(5)) << "a record that is larger is a batch of its own";
}

TEST_F(PartitionQueueTest, RecordsThatWaitedTooLongAreTakenOut) {
  EXPECT_TRUE(append(1));
  now_ += std::chrono::milliseconds(1);
  EXPECT_FALSE(append(2));
  now_ += std::chrono::milliseconds(1);
  EXPECT_FALSE(append(3));
  EXPECT_THAT(tokens(queue_.take_older_than(now_)), ElementsAre(2));
  EXPECT_THAT(tokens(queue_.take_older_than(now_)), IsEmpty());
  EXPECT_TRUE(queue_.settled());
  EXPECT_THAT(produce(), ElementsAre(3));
}

TEST_F(PartitionQueueTest, ACopyHasKeyValueAndHeadersAndTellsNoneFromEmpty) {
  const std::string key = "7";
  const std::array<Header, 1> headers = {Header{"kind", "claim"}};
  WaitingRecord record({.destination = Destination::DeadLetters,
                        .partition = 2,
                        .token = 9,
                        .key = key,
                        .value = std::nullopt,
                        .headers = headers},
                       std::make_unique<Receipt>(Receipt{nullptr, &queue_, 9, 1, now_}));
  const Append copy = record.append();
  EXPECT_EQ(copy.destination, Destination::DeadLetters);
  EXPECT_EQ(copy.partition, 2);
  EXPECT_EQ(copy.token, 9u);
  EXPECT_EQ(copy.key, "7");
  EXPECT_NE(copy.key->data(), key.data());
  EXPECT_EQ(copy.value, std::nullopt);
  ASSERT_TRUE(record.headers);
  EXPECT_EQ(rd_kafka_header_cnt(record.headers.get()), 1u);
  EXPECT_EQ(data_of(std::nullopt), nullptr);
  EXPECT_NE(data_of(std::string_view{}), nullptr);
}

}  // namespace
}  // namespace firstcome::journal::kafka
