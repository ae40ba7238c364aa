#include "node/position_source.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace firstcome::node {
namespace {

/// A store whose position of every partition is the number of the query.
class CountingStore : public store::Store {
 public:
  Result<std::unique_ptr<store::Reader>> make_reader() override {
    ++sessions;
    return std::unique_ptr<store::Reader>(std::make_unique<CountingReader>(*this));
  }
  Result<std::unique_ptr<store::Writer>> make_writer() override {
    return Error{Error::Kind::Permanent, "this store is read-only"};
  }
  std::atomic<int> sessions{0};
  std::atomic<Offset> queries{0};
  std::atomic<bool> unavailable{false};

 private:
  class CountingReader : public store::Reader {
   public:
    explicit CountingReader(CountingStore& store) : store_(store) {}
    Result<std::vector<store::Position>> positions() override {
      const Offset number = ++store_.queries;
      if (store_.unavailable) return Error{Error::Kind::Retryable, "unavailable"};
      std::vector<store::Position> all;
      for (Partition partition = 0; partition < 30; ++partition)
        all.push_back({.partition = partition, .next_offset = number});
      return all;
    }
    Result<store::Settings> settings() override { return store::Settings{}; }
    Status load_snapshot(store::SnapshotSink&) override { return Done{}; }
    Status scan(store::RowSink&) override { return Done{}; }
    Result<std::vector<Policy>> policies(PolicyId, std::size_t) override { return std::vector<Policy>(); }
    Result<std::optional<store::CouponRow>> find_coupon(PolicyId, UserId, std::int32_t,
                                                        store::EraOffset) override {
      return std::optional<store::CouponRow>();
    }
    Result<std::optional<store::CouponWithLife>> coupon(PolicyId, std::int64_t) override {
      return std::optional<store::CouponWithLife>();
    }
    Result<store::UserCoupons> user_coupons(UserId, std::optional<PolicyId>, store::UserCouponCursor,
                                            std::size_t) override {
      return store::UserCoupons{};
    }
    Result<store::PolicyCoupons> policy_coupons(PolicyId, std::int64_t, std::size_t,
                                                const store::CouponFilter&) override {
      return store::PolicyCoupons{};
    }
    Result<std::string> imported_code(PolicyId, std::int64_t) override { return std::string(); }
    Result<std::vector<store::StoredCouponChange>> coupon_changes(PolicyId, std::int64_t) override {
      return std::vector<store::StoredCouponChange>();
    }
    Status export_coupons(PolicyId, store::CouponSink&) override { return Done{}; }
    Result<std::optional<store::CouponCounts>> count_coupons(PolicyId, Partition) override {
      return std::optional<store::CouponCounts>();
    }
    Result<std::optional<Code>> code_at(Era, Partition, Offset) override { return std::optional<Code>(); }
    Result<std::vector<store::PolicyChangeRow>> policy_changes(PolicyId, Offset) override {
      return std::vector<store::PolicyChangeRow>();
    }

   private:
    CountingStore& store_;
  };
};

TEST(PositionSourceTest, ThirtyPartitionsShareQueriesAndOneSession) {
  constexpr int kCallers = 30, kTurns = 20;
  CountingStore store;
  PositionSource source(store, kCallers);
  std::vector<std::thread> callers;
  for (Partition partition = 0; partition < kCallers; ++partition) {
    callers.emplace_back([&source, partition] {
      Offset last = 0;
      for (int turn = 0; turn < kTurns; ++turn) {
        const auto position = source.read(partition);
        ASSERT_TRUE(position.ok());
        EXPECT_EQ(position->partition, partition);
        EXPECT_GT(position->next_offset, last) << "from a query that began after the call";
        last = position->next_offset;
      }
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(store.sessions, 1);
  EXPECT_LT(store.queries, kCallers * kTurns / 2) << "a busy machine may serve some separately";
}

TEST(PositionSourceTest, ReturnsAFailureAndOpensANewSessionForTheNextCall) {
  CountingStore store;
  PositionSource source(store, 1);
  store.unavailable = true;
  EXPECT_EQ(source.read(0).error().message, "unavailable");
  store.unavailable = false;
  EXPECT_TRUE(source.read(0).ok());
  EXPECT_EQ(store.sessions, 2);
  EXPECT_FALSE(source.read(30).ok()) << "the store has no such partition";
}

}  // namespace
}  // namespace firstcome::node
