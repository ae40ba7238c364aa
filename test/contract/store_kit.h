#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "store/store.h"

/// Functions for tests of stores: consecutive batches, and the rows of a snapshot.
namespace firstcome::test {

/// All rows of a snapshot, in order.
struct Snapshot {
  std::vector<store::Position> positions;
  std::vector<Policy> policies;
  std::vector<Coupon> coupons;
  std::vector<CouponLife> lives;
  std::vector<ListedUser> listed;
  std::vector<ImportedCode> imported_codes;
};
/// The coupons, lives, listed users and codes are those of the policies that are not closed. `between` is called while the rows are read.
Snapshot load(store::Reader& reader, std::function<void()> between = {});

/// All rows of a scan, in order.
struct Rows {
  std::vector<store::Position> positions;
  std::vector<Policy> policies;
  std::vector<store::StoredChange> changes;
  std::vector<store::BatchRow> batches;
  std::vector<store::CouponRow> coupons;
  std::vector<CouponLife> lives;
  std::vector<store::StoredCouponChange> coupon_changes;
  std::vector<store::StoredListedUser> listed;
  std::vector<store::StoredImportedCode> imported_codes;
};
/// `between` is called while the rows are read.
Rows scan(store::Reader& reader, std::function<void()> between = {});
/// The text of the scan's error.
std::string why_not_scanned(store::Reader& reader);

bool same(const store::Position& a, const store::Position& b);

/// Makes consecutive batches of one partition. The state hash of a position is computed from
/// its offset, so that a test knows it.
class BatchMaker {
 public:
  BatchMaker(Partition partition, std::uint64_t empty_hash) {
    position_.partition = partition, position_.state.state_hash = empty_hash;
  }

  /// The next batch, with these codes and no rows. Fill it, then save it.
  store::Batch next(std::vector<std::uint8_t> codes);
  /// As next(); issues one coupon of `policy` for each record, to `first_user` and the following users.
  store::Batch issue(PolicyId policy, std::size_t count, UserId first_user);
  [[nodiscard]] const store::Position& position() const { return position_; }

 private:
  store::Position position_;
  std::map<PolicyId, std::int64_t> issued_;
};

Policy a_policy(PolicyId id, std::int64_t issued = 0, std::int64_t max_count = 1'000'000);
/// A policy with a value in every field, none of them the default.
Policy a_full_policy(PolicyId id);
store::PolicyChangeRow a_change(PolicyId policy, std::int64_t revision, Offset offset);
CouponLife a_used_coupon(PolicyId policy, std::int64_t sequence, const std::string& reference);
/// The command of a_used_coupon().
CouponChange a_use(PolicyId policy, std::int64_t sequence, const std::string& reference, Offset offset);

/// The users from `first_user` on, with consecutive numbers, all of the record at `offset`.
std::vector<ListedUser> a_list(PolicyId policy, std::size_t count, UserId first_user,
                               std::int64_t first_number, Offset offset);

/// Codes for these sequences, all of the record at `offset`.
std::vector<ImportedCode> some_codes(PolicyId policy, std::size_t count, std::int64_t first, Offset offset);

/// An oracle: the tables as plain lists, with the same batches.
class RandomHistory {
 public:
  RandomHistory(std::uint64_t seed, std::int32_t partitions, std::uint64_t empty_hash);
  store::Batch next();
  /// The expected rows of load(); the order of coupons, lives, listed users and codes is not defined.
  [[nodiscard]] Snapshot expected() const;
  [[nodiscard]] const std::vector<std::uint8_t>& codes(Partition partition) const {
    return lanes_[static_cast<std::size_t>(partition)].codes;
  }

 private:
  struct Lane {
    store::Position position;
    std::vector<std::uint8_t> codes;
    std::vector<PolicyId> policies;
    std::vector<Coupon> issued;
  };
  std::int64_t up_to(std::int64_t most) {
    return static_cast<std::int64_t>(chance_() % static_cast<std::uint64_t>(most + 1));
  }
  void create_policy(Lane& lane, store::Batch& batch, Offset offset);
  void issue(PolicyId id, Lane& lane, store::Batch& batch, Offset offset);
  void command(const Coupon& coupon, store::Batch& batch, Offset offset);
  void list(PolicyId policy, store::Batch& batch, Offset offset);

  std::mt19937_64 chance_;
  std::vector<Lane> lanes_;
  std::map<PolicyId, Policy> policies_;
  std::vector<Coupon> coupons_;
  std::map<std::pair<PolicyId, std::int64_t>, CouponLife> lives_;
  std::vector<ListedUser> listed_;
  std::vector<ImportedCode> imported_codes_;
};

}  // namespace firstcome::test
