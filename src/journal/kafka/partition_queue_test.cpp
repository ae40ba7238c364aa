#include "journal/kafka/partition_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firstcome::journal::kafka {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class PartitionQueueTest : public testing::Test {
 protected:
  /// Appends a record of `bytes` bytes at `now_`; true if the delivery thread has to be woken.
  bool append(std::uint64_t token, std::int64_t bytes = 100) {
    return queue_.wait(
        WaitingRecord({.token = token, .value = "x"},
                      std::make_unique<Receipt>(Receipt{nullptr, &queue_, token, bytes, now_})));
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

TEST_F(PartitionQueueTest, OnlyTheFirstRecordOfAnIdleQueueWakes) {
  EXPECT_TRUE(append(1));
  EXPECT_FALSE(append(2));
  EXPECT_THAT(produce(), ElementsAre(1, 2));
  EXPECT_FALSE(append(3)) << "the delivery report of 1 and 2 wakes the thread";
  queue_.settled();
  queue_.settled();
  EXPECT_THAT(produce(), ElementsAre(3));
  queue_.settled();
  EXPECT_TRUE(append(4));
}

TEST_F(PartitionQueueTest, LaterRecordsWaitUntilTheBatchIsSettled) {
  append(1);
  append(2);
  EXPECT_THAT(produce(), ElementsAre(1, 2));
  append(3);
  queue_.settled();
  EXPECT_THAT(produce(), IsEmpty());
  append(4);
  queue_.settled();
  EXPECT_THAT(produce(), ElementsAre(3, 4));
  append(5);
  EXPECT_THAT(produce(), IsEmpty()) << "3 and 4 are in flight";
}

TEST_F(PartitionQueueTest, WhatLibrdkafkaDidNotTakeWaitsInFront) {
  for (std::uint64_t token = 2; token <= 4; ++token) append(token);
  auto batch = queue_.take_batch();
  EXPECT_THAT(tokens(batch), ElementsAre(2, 3, 4));
  EXPECT_FALSE(append(5));
  batch.erase(batch.begin());
  queue_.finish_batch(std::move(batch));
  EXPECT_THAT(produce(), IsEmpty()) << "2 is in flight";
  queue_.settled();
  EXPECT_THAT(produce(), ElementsAre(3, 4, 5));
}

TEST_F(PartitionQueueTest, ABatchIsNoLargerThanARequestOfLibrdkafka) {
  for (std::uint64_t token = 2; token <= 4; ++token) append(token, 400'000);
  append(5, 950'000);
  EXPECT_THAT(produce(), ElementsAre(2, 3));
  queue_.settled();
  queue_.settled();
  EXPECT_THAT(produce(), ElementsAre(4));
  queue_.settled();
  EXPECT_THAT(produce(), ElementsAre(5)) << "a record that is larger is a batch of its own";
}

TEST_F(PartitionQueueTest, RecordsThatWaitedTooLongAreTakenOut) {
  append(2);
  now_ += std::chrono::milliseconds(1);
  append(3);
  EXPECT_THAT(tokens(queue_.take_older_than(now_)), ElementsAre(2));
  EXPECT_THAT(tokens(queue_.take_older_than(now_)), IsEmpty());
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
