#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "store/store.h"

/// Words for tests about stores: batches that follow each other, and what a snapshot brings.
namespace firstcome::test {

/// Everything a store gives at start, in the order it came.
struct Snapshot {
  std::vector<store::Position> positions;
  std::vector<Policy> policies;
  std::vector<Coupon> coupons;
};
/// `between`: what happens while the rows are read.
Snapshot load(store::Reader& reader, std::function<void()> between = {});

/// Every row a scan brought, in the order it came.
struct Rows {
  std::vector<store::Position> positions;
  std::vector<Policy> policies;
  std::vector<store::StoredChange> changes;
  std::vector<store::BatchRow> batches;
  std::vector<store::CouponRow> coupons;
};
/// `between`: what happens while the rows are read.
Rows scan(store::Reader& reader, std::function<void()> between = {});
/// The scan's error in words.
std::string why_not_scanned(store::Reader& reader);

bool same(const store::Position& a, const store::Position& b);

/// Writes the batches of one partition, each where the one before ended. The hash of a position is made of
/// its offset, so that a test can name it.
class BatchMaker {
 public:
  BatchMaker(Partition partition, std::uint64_t empty_hash) {
    position_.partition = partition, position_.state.state_hash = empty_hash;
  }

  /// A batch with these outcomes and no rows, beginning where the last one ended. Fill it, then save it.
  store::Batch next(std::vector<std::uint8_t> codes);
  /// As next(), and issues one coupon a record of `policy`, to `first_user` and those behind.
  store::Batch issue(PolicyId policy, std::size_t count, UserId first_user);
  [[nodiscard]] const store::Position& position() const { return position_; }

 private:
  store::Position position_;
  std::map<PolicyId, std::int64_t> issued_;
};

Policy a_policy(PolicyId id, std::int64_t issued = 0, std::int64_t max_count = 1'000'000);
store::PolicyChangeRow a_change(PolicyId policy, std::int64_t revision, Offset offset);

/// An oracle: the tables as plain lists, fed the same batches.
class RandomHistory {
 public:
  RandomHistory(std::uint64_t seed, std::int32_t partitions, std::uint64_t empty_hash);
  store::Batch next();
  /// What a snapshot must bring, in any order of the coupons.
  [[nodiscard]] Snapshot expected() const;
  [[nodiscard]] const std::vector<std::uint8_t>& codes(Partition partition) const {
    return lanes_[static_cast<std::size_t>(partition)].codes;
  }

 private:
  struct Lane {
    store::Position position;
    std::vector<std::uint8_t> codes;
    std::vector<PolicyId> policies;
  };
  std::int64_t up_to(std::int64_t most) {
    return static_cast<std::int64_t>(chance_() % static_cast<std::uint64_t>(most + 1));
  }
  void create_policy(Lane& lane, store::Batch& batch, Offset offset);
  void issue(PolicyId id, store::Batch& batch, Offset offset);

  std::mt19937_64 chance_;
  std::vector<Lane> lanes_;
  std::map<PolicyId, Policy> policies_;
  std::vector<Coupon> coupons_;
};

}  // namespace firstcome::test
