#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <tuple>

#include "check/by_user.h"
#include "check/copies.h"
#include "check/words.h"

namespace firstcome::check {
namespace {

std::string of_policy(const CouponFact& fact) { return words(fact.coupon.policy) + ": "; }

/// The coupons of one policy, by sequence.
class CouponRows {
 public:
  CouponRows(const Evidence& evidence, const PolicyFacts& facts, Report& report)
      : evidence_(evidence), facts_(facts), report_(report) {}

  void add(const CouponFact& fact) {
    const Coupon& coupon = fact.coupon;
    ++count_;
    if (coupon.sequence != count_) {
      report_.found(Invariant::C3, [&] {
        return fmt::format("{}sequence {} is missing or twice in the store", of_policy(fact), count_);
      });
      count_ = coupon.sequence;  // one gap is one finding
    }
    const bool imported = coupon.sequence <= facts_.imported;  // a chunk of them has one offset
    if (coupon.offset < before_ || (coupon.offset == before_ && !imported)) {
      report_.found(Invariant::C3, [&] {
        return fmt::format("{}sequence {} is not in journal order", of_policy(fact), coupon.sequence);
      });
    }
    before_ = coupon.offset;
    ++rows_;
    if (facts_.highest_stock && rows_ > *facts_.highest_stock) too_many(fact);
    if (evidence_.journal != nullptr) check_asked(fact);
  }

 private:
  void too_many(const CouponFact& fact) {
    report_.found(Invariant::C1, [&] {
      return fmt::format("{}{} coupons in the store are more than the stock of {}", of_policy(fact), rows_,
                         *facts_.highest_stock);
    });
  }
  void check_asked(const CouponFact& fact) {
    const ModelDecision* asked = evidence_.journal->at({fact.partition, fact.coupon.offset});
    const bool imported = fact.coupon.sequence <= facts_.imported;
    const auto kind = imported ? ReadRecord::Kind::Command : ReadRecord::Kind::Request;
    const UserId user = imported ? UserId{} : fact.coupon.user;
    if (asked != nullptr && asked->kind == kind && asked->user == user &&
        asked->policy == fact.coupon.policy) {
      return;
    }
    report_.found(Invariant::C3, [&] {
      return fmt::format("{}nobody asked for coupon {} where it says so in the journal", of_policy(fact),
                         fact.coupon.sequence);
    });
  }

  const Evidence& evidence_;
  const PolicyFacts& facts_;
  Report& report_;
  std::int64_t count_ = 0;
  std::int64_t rows_ = 0;
  Offset before_ = -1;
};

std::vector<ByUser> coupons_by_user(const StoreRows& store) {
  std::vector<ByUser> coupons;
  coupons.reserve(store.coupons.size());
  for (std::size_t i = 0; i < store.coupons.size(); ++i) {
    const Coupon& coupon = store.coupons[i].coupon;
    coupons.push_back({coupon.policy, coupon.user, static_cast<std::uint32_t>(i)});
  }
  sort_by_user(coupons);
  return coupons;
}

/// What one user was told against the coupon they hold.
class OneHolder {
 public:
  OneHolder(const Evidence& evidence, const PolicyBook& policies, const Copies* copies, Report& report)
      : evidence_(evidence), policies_(policies), copies_(copies), report_(report) {
    for (const PositionFact& position : evidence.store->positions)
      saved_[position.partition] = position.next_offset;
  }

  void check(const ByUser* begin, const ByUser* end, const CouponFact* coupon) {
    bool may_hold = false;
    bool asked = false;
    for (const ByUser* entry = begin; entry != end; ++entry) {
      const HistoryRow& row = evidence_.history[entry->number];
      if (row.asked != Asked::Command) asked = true;
      may_hold = may_hold || row.names_coupon() || row.told == Told::Unknown || row.told == Told::Pending;
      if (row.names_coupon()) check_row(row, coupon);
    }
    if (coupon == nullptr || may_hold) return;
    const PolicyFacts& facts = policies_.of(coupon->coupon.policy);
    if (!facts.whole || coupon->coupon.sequence <= facts.imported) return;
    if (copies_ != nullptr && copies_->is_copy({coupon->partition, coupon->coupon.offset})) return;
    report_.found(asked ? Invariant::C10 : Invariant::C3, [&] {
      return of_policy(*coupon) + words(*coupon) +
             (asked ? " stands in the store, though every answer refused it" : ": nobody asked for it");
    });
  }

 private:
  void check_row(const HistoryRow& row, const CouponFact* coupon) {
    if (coupon == nullptr) {
      if (!is_saved(row)) return;
      report_.found(Invariant::C4, [&] {
        return fmt::format("{}told of coupon {}, which the store does not have", who(evidence_, row),
                           row.sequence);
      });
    } else if (row.sequence != coupon->coupon.sequence) {
      report_.found(Invariant::C7, [&] {
        return fmt::format("{}told of coupon {}, the store says {}", who(evidence_, row), row.sequence,
                           coupon->coupon.sequence);
      });
    } else if (row.issued_at != Timestamp{} && row.issued_at != coupon->coupon.issued_at) {
      report_.found(Invariant::C7, [&] {
        return who(evidence_, row) + "told that it was issued at " + format_rfc3339(row.issued_at) +
               ", the store says " + format_rfc3339(coupon->coupon.issued_at);
      });
    }
  }

  /// Must the store have what this row was told of?
  [[nodiscard]] bool is_saved(const HistoryRow& row) const {
    if (evidence_.at_rest || row.stands == HistoryRow::Stands::Nowhere) return true;
    const auto saved = saved_.find(row.partition);
    if (saved == saved_.end()) return false;
    return row.is_early() ? row.offset <= saved->second : row.offset < saved->second;
  }

  const Evidence& evidence_;
  const PolicyBook& policies_;
  const Copies* copies_;
  Report& report_;
  std::map<Partition, Offset> saved_;
};

}  // namespace

void check_coupons(const Evidence& evidence, const PolicyBook& policies, Report& report) {
  const auto& coupons = evidence.store->coupons;
  std::vector<std::uint32_t> order(coupons.size());
  std::iota(order.begin(), order.end(), 0);
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(coupons[a].coupon.policy, coupons[a].coupon.sequence) <
           std::tie(coupons[b].coupon.policy, coupons[b].coupon.sequence);
  };
  if (!std::is_sorted(order.begin(), order.end(), before))
    std::stable_sort(order.begin(), order.end(), before);
  std::optional<CouponRows> rows;
  PolicyId policy;
  for (const std::uint32_t index : order) {
    const CouponFact& fact = coupons[index];
    if (!rows || fact.coupon.policy != policy) {
      policy = fact.coupon.policy;
      rows.emplace(evidence, policies.of(policy), report);
    }
    rows->add(fact);
  }
}

void check_told_is_held(const Evidence& evidence, const PolicyBook& policies, const std::vector<ByUser>& rows,
                        const Copies* copies, Report& report) {
  const std::vector<ByUser> coupons = coupons_by_user(*evidence.store);
  OneHolder one(evidence, policies, copies, report);
  std::size_t users = 0;
  each_user_of_both(
      rows, coupons,
      [&](const ByUser* row, const ByUser* row_end, const ByUser* coupon, const ByUser* coupon_end) {
        const UserId user = row != row_end ? row->user : coupon->user;
        users += user.valid() ? 1 : 0;
        if (coupon_end - coupon > 1) {
          report.found(Invariant::C2, [&] {
            return words(coupon->policy) + ": " + words(coupon->user) + " holds two coupons";
          });
        }
        one.check(row, row_end, coupon == coupon_end ? nullptr : &evidence.store->coupons[coupon->number]);
      });
  report.looked_at(Invariant::C2, users);
}

}  // namespace firstcome::check
