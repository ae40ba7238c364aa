#include "replica/decided_log.h"

#include <gtest/gtest.h>

#include <future>

namespace firstcome::replica {
namespace {

using std::chrono::seconds;

constexpr Instant at(int second) { return Instant{seconds{second}}; }

/// Generated chunks: the hash after offset o is 1001 + o, and the code is SUCCESS where `o % 2 == 0`.
class ADecidedLog : public testing::Test {
 protected:
  ADecidedLog() { start_at(0); }

  void start_at(Offset offset) {
    store::Position position;
    position.next_offset = offset;
    position.state.state_hash = 1000 + static_cast<std::uint64_t>(offset);
    log_.reset(position);
  }

  void decide(Offset records, Instant closed_at = {}) {
    auto chunk = std::make_shared<Chunk>();
    chunk->first = log_.end();
    chunk->closed_at = closed_at;
    chunk->hash_before = 1000 + static_cast<std::uint64_t>(chunk->first);
    for (Offset o = chunk->first; o < chunk->first + records; ++o) {
      const bool issued = o % 2 == 0;
      chunk->codes.push_back(static_cast<std::uint8_t>(issued ? Code::Success : Code::SoldOut));
      chunk->hashes.push_back(1000 + static_cast<std::uint64_t>(o) + 1);
      if (issued)
        chunk->coupons.push_back(
            {.policy = PolicyId{1}, .sequence = o + 1, .user = UserId{o + 1}, .offset = o});
    }
    chunk->state.state_hash = chunk->hashes.back();
    Policy policy{.id = PolicyId{1}};
    policy.issued_count = chunk->first + records;
    chunk->policies.push_back(policy);
    log_.append(chunk);
  }

  DecidedLog log_{0, 4};
};

TEST_F(ADecidedLog, LimitsABatchByCouponsToo) {
  for (int number = 0; number < 3; ++number) {
    auto chunk = std::make_shared<Chunk>();
    chunk->first = log_.end();
    chunk->codes = {static_cast<std::uint8_t>(Code::Accepted)};
    chunk->hashes = {1};
    chunk->coupons.assign(100, {.policy = PolicyId{1}, .offset = chunk->first});
    log_.append(chunk);
  }
  EXPECT_EQ(log_.coupons(), 300U);
  EXPECT_EQ(log_.batch_from(0, 150)->after.next_offset, 2);
  start_at(0);
  EXPECT_EQ(log_.coupons(), 0U);
}

TEST_F(ADecidedLog, ReturnsBatchesThatBeginAnywhereAndEndWithAChunk) {
  decide(4);
  decide(4);
  decide(4);
  const auto whole = log_.batch_from(0, 100);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->codes.size(), 12U);
  EXPECT_EQ(whole->coupons.size(), 6U);
  EXPECT_EQ(whole->after.next_offset, 12);
  EXPECT_EQ(whole->after.state.state_hash, 1012U);
  ASSERT_EQ(whole->policies.size(), 1U) << "one after-image per policy";
  EXPECT_EQ(whole->policies[0].issued_count, 12) << "the last after-image counts";

  const auto rest = log_.batch_from(3, 2);
  ASSERT_TRUE(rest);
  EXPECT_EQ(rest->first_offset, 3);
  EXPECT_EQ(rest->hash_before, 1003U);
  EXPECT_EQ(rest->after.next_offset, 8) << "only whole chunks";
  EXPECT_EQ(rest->coupons.front().offset, 4);
}

TEST_F(ADecidedLog, ReturnsNoBatchAtItsEndOrOutsideTheTail) {
  decide(4);
  EXPECT_FALSE(log_.batch_from(4, 100));
  EXPECT_FALSE(log_.batch_from(5, 100));
  start_at(10);
  EXPECT_FALSE(log_.batch_from(9, 100));
}

TEST_F(ADecidedLog, KnowsWhenItsOldestUnsavedChunkWasClosed) {
  EXPECT_FALSE(log_.figures().oldest_unsaved);
  decide(4, at(1));
  decide(4, at(2));
  EXPECT_EQ(log_.figures().oldest_unsaved, at(1));
  log_.saw_saved(2, at(3), seconds{5});
  EXPECT_EQ(log_.figures().oldest_unsaved, at(1)) << "half a chunk is saved";
  log_.saw_saved(4, at(3), seconds{5});
  EXPECT_EQ(log_.figures().oldest_unsaved, at(2));
  log_.saw_saved(8, at(4), seconds{5});
  const DecidedLog::Figures figures = log_.figures();
  EXPECT_FALSE(figures.oldest_unsaved);
  EXPECT_EQ(figures.end - figures.begin, 8) << "kept for some seconds";
  EXPECT_EQ(figures.saved, 8);
  EXPECT_EQ(figures.ring, 8U);
}

TEST_F(ADecidedLog, HasFiguresIfTheStoreIsBehindTheTail) {
  decide(4, at(1));
  log_.saw_saved(4, at(2), seconds{5});
  log_.saw_saved(4, at(9), seconds{5});
  ASSERT_EQ(log_.begin(), 4);
  log_.saw_saved(0, at(9), seconds{5});
  EXPECT_FALSE(log_.figures().oldest_unsaved);
  EXPECT_EQ(log_.figures().end - log_.figures().saved, 4);
}

TEST_F(ADecidedLog, KnowsTheHashAtEveryOffsetOfTheTail) {
  decide(3);
  decide(3);
  for (Offset o = 0; o <= 6; ++o) EXPECT_EQ(log_.hash_at(o), 1000U + static_cast<std::uint64_t>(o));
  EXPECT_FALSE(log_.hash_at(7));
}

TEST_F(ADecidedLog, KeepsChunksForAWhileAfterTheyAreSaved) {
  decide(4);
  decide(4);
  log_.saw_saved(4, at(0), seconds{5});
  log_.saw_saved(8, at(4), seconds{5});
  EXPECT_EQ(log_.begin(), 0);
  log_.saw_saved(8, at(5), seconds{5});
  EXPECT_EQ(log_.begin(), 4);
  log_.saw_saved(8, at(8), seconds{5});
  EXPECT_EQ(log_.begin(), 4);
  log_.saw_saved(8, at(9), seconds{5});
  EXPECT_EQ(log_.begin(), 8);
  EXPECT_EQ(log_.hash_at(8), 1008U);
}

TEST_F(ADecidedLog, DoesNotHoldItsLockWhileAChunkIsFreed) {
  std::future<Offset> end;
  bool answered = false;
  const auto free_bytes = [&](RelayedBytes* bytes) {
    end = std::async(std::launch::async, [&] { return log_.end(); });
    answered = end.wait_for(seconds{10}) == std::future_status::ready;
    delete bytes;
  };
  auto chunk = std::make_shared<Chunk>();
  chunk->codes = {static_cast<std::uint8_t>(Code::Invalid)};
  chunk->hashes = {1};
  chunk->relays.push_back({.bytes = std::shared_ptr<RelayedBytes>(new RelayedBytes, free_bytes)});
  log_.append(std::move(chunk));
  log_.saw_saved(1, at(0), seconds{5});
  log_.saw_saved(1, at(5), seconds{5});
  EXPECT_TRUE(answered);
}

TEST_F(ADecidedLog, FollowsASavedPositionThatGoesBack) {
  decide(4);
  decide(4);
  log_.saw_saved(8, at(0), seconds{5});
  log_.saw_saved(4, at(4), seconds{5});  // the database lost its last commit
  log_.saw_saved(4, at(6), seconds{5});
  EXPECT_EQ(log_.begin(), 0) << "the position 8 no longer counts, and 4 is only two seconds old";
  EXPECT_TRUE(log_.batch_from(4, 100));
  log_.saw_saved(8, at(7), seconds{5});
  log_.saw_saved(8, at(11), seconds{5});
  EXPECT_EQ(log_.begin(), 4);
}

TEST_F(ADecidedLog, IsSavedToItsEndIfAnotherNodeIsAhead) {
  decide(4);
  log_.saw_saved(9, at(0), seconds{5});
  EXPECT_EQ(log_.unsaved(), 0) << "otherwise a node that stopped reading would never continue";
  decide(8);
  EXPECT_EQ(log_.unsaved(), 8);
  log_.saw_saved(9, at(1), seconds{5});
  EXPECT_EQ(log_.unsaved(), 3);
}

TEST_F(ADecidedLog, KeepsCodesLongerThanChunks) {
  for (int i = 0; i < 3; ++i) decide(4);
  log_.saw_saved(12, at(0), seconds{0});
  EXPECT_EQ(log_.begin(), 12);
  EXPECT_EQ(log_.find(7).held, DecidedLog::Held::Below);
  EXPECT_EQ(log_.find(8).held, DecidedLog::Held::Here);
  EXPECT_EQ(log_.find(8).code, Code::Success);
  EXPECT_FALSE(log_.find(8).coupon);
  EXPECT_EQ(log_.find(12).held, DecidedLog::Held::NotYet);
}

TEST_F(ADecidedLog, FindsTheCouponOfAnOffsetInTheTail) {
  decide(4);
  ASSERT_TRUE(log_.find(2).coupon);
  EXPECT_EQ(log_.find(2).coupon->user, UserId{3});
  EXPECT_EQ(log_.find(3).code, Code::SoldOut);
  EXPECT_FALSE(log_.find(3).coupon);
}

TEST_F(ADecidedLog, ReturnsChunksUnlessTheyAreTrimmed) {
  decide(4);
  decide(4);
  EXPECT_EQ(log_.chunks_from(5)->size(), 1U);
  EXPECT_EQ(log_.chunks_from(0)->size(), 2U);
  EXPECT_EQ(log_.chunks_from(8)->size(), 0U);
  log_.saw_saved(4, at(0), seconds{0});
  EXPECT_FALSE(log_.chunks_from(3));
}

class RecordingSink : public AnswerSink {
 public:
  void answered(std::span<const Answer>) override {}
  void place_decided(Partition, Offset offset, std::uint64_t token) override {
    decided.emplace_back(offset, token);
  }
  std::vector<std::pair<Offset, std::uint64_t>> decided;
};

TEST_F(ADecidedLog, NotifiesOnceAnOffsetIsDecided) {
  RecordingSink sink;
  log_.notify_at(2, sink, 7);
  log_.notify_at(5, sink, 8);
  EXPECT_TRUE(sink.decided.empty());
  decide(4);
  ASSERT_EQ(sink.decided.size(), 1U);
  EXPECT_EQ(sink.decided[0], std::make_pair(Offset{2}, std::uint64_t{7}));
  log_.notify_at(1, sink, 9);
  EXPECT_EQ(sink.decided.size(), 2U) << "at once if it is decided already";
  log_.forget(sink);
  decide(4);
  EXPECT_EQ(sink.decided.size(), 2U);
}

/// Callers return many times while nothing is decided.
TEST_F(ADecidedLog, DropsCancelledNotifications) {
  RecordingSink sink;
  RecordingSink others;
  for (std::uint64_t token = 0; token < 1000; ++token) {
    log_.notify_at(2, sink, token);
    log_.forget(2, sink, token);
  }
  EXPECT_EQ(log_.watchers(), 0U);
  log_.notify_at(2, others, 7);
  log_.notify_at(2, sink, 7);
  log_.forget(2, sink, 7);
  log_.forget(2, sink, 8);
  decide(4);
  EXPECT_TRUE(sink.decided.empty());
  EXPECT_EQ(others.decided.size(), 1U);
}

}  // namespace
}  // namespace firstcome::replica
