#include <algorithm>
#include <numeric>
#include <tuple>

#include "check/by_user.h"
#include "check/copies.h"
#include "check/finding_format.h"

namespace firstcome::check {
namespace {

/// Checks the stored coupons of one policy, given in the order of their sequences.
class CouponRowsCheck {
 public:
  CouponRowsCheck(const Evidence& evidence, const PolicyFacts& facts, Report& report)
      : evidence_(evidence), facts_(facts), report_(report) {}

  void add(const CouponFact& fact) {
    const Coupon& coupon = fact.coupon;
    ++expected_sequence_;
    if (coupon.sequence != expected_sequence_) {
      report_.found(Invariant::C3, "policy {}: sequence {} is missing or duplicate in the store",
                    coupon.policy, expected_sequence_);
      expected_sequence_ = coupon.sequence;  // one gap is one violation
    }
    const bool imported =
        coupon.sequence <= facts_.imported;  // all coupons of an import chunk have one offset
    if (coupon.offset < previous_offset_ || (coupon.offset == previous_offset_ && !imported)) {
      report_.found(Invariant::C3, "policy {}: sequence {} is not in journal order", coupon.policy,
                    coupon.sequence);
    }
    previous_offset_ = coupon.offset;
    ++rows_;
    if (facts_.highest_stock && rows_ > *facts_.highest_stock) {
      report_.found(Invariant::C1, "policy {}: the store has {} coupons, but the stock is {}", coupon.policy,
                    rows_, *facts_.highest_stock);
    }
    if (evidence_.journal != nullptr) check_record(fact);
  }

 private:
  void check_record(const CouponFact& fact) {
    const ModelDecision* record = evidence_.journal->at({fact.partition, fact.coupon.offset});
    const bool imported = fact.coupon.sequence <= facts_.imported;
    const auto kind = imported ? ParsedRecord::Kind::Command : ParsedRecord::Kind::Request;
    const UserId user = imported ? UserId{} : fact.coupon.user;
    if (record != nullptr && record->kind == kind && record->user == user &&
        record->policy == fact.coupon.policy) {
      return;
    }
    report_.found(Invariant::C3, "policy {}: {} has no request of this user in the journal",
                  fact.coupon.policy, fact);
  }

  const Evidence& evidence_;
  const PolicyFacts& facts_;
  Report& report_;
  std::int64_t expected_sequence_ = 0;
  std::int64_t rows_ = 0;
  Offset previous_offset_ = -1;
};

std::vector<ByUser> coupons_by_user(const StoreRows& store) {
  std::vector<ByUser> coupons;
  coupons.reserve(store.coupons.size());
  for (std::size_t i = 0; i < store.coupons.size(); ++i) {
    const Coupon& coupon = store.coupons[i].coupon;
    coupons.push_back({coupon.policy, coupon.user, coupon.user_ordinal, static_cast<std::uint32_t>(i)});
  }
  sort_by_user(coupons);
  return coupons;
}

/// Compares the responses of one user with the user's stored coupon.
class CouponOwnerCheck {
 public:
  CouponOwnerCheck(const Evidence& evidence, const KnownPolicies& policies, const Copies* copies,
                   Report& report)
      : evidence_(evidence), policies_(policies), copies_(copies), report_(report) {
    for (const PositionFact& position : evidence.store->positions)
      saved_[position.partition] = position.next_offset;
  }

  void check(const ByUser* begin, const ByUser* end, const CouponFact* coupon) {
    bool may_own = false;
    bool requested = false;
    for (const ByUser* entry = begin; entry != end; ++entry) {
      const HistoryRow& row = evidence_.history[entry->number];
      if (!row.is_command()) requested = true;
      may_own = may_own || row.names_coupon() || row.response == ResponseKind::Unknown ||
                row.response == ResponseKind::Pending;
      if (row.names_requested_coupon()) check_row(row, coupon);
    }
    if (coupon == nullptr || may_own) return;
    const PolicyFacts& facts = policies_.of(coupon->coupon.policy);
    if (!facts.complete || coupon->coupon.sequence <= facts.imported) return;
    if (copies_ != nullptr && copies_->is_copy({coupon->partition, coupon->coupon.offset})) return;
    if (requested) {
      report_.found(Invariant::C10,
                    "policy {}: the store has {}, but every response to this user is a refusal",
                    coupon->coupon.policy, *coupon);
    } else {
      report_.found(Invariant::C3, "policy {}: the store has {}, but this user sent no request",
                    coupon->coupon.policy, *coupon);
    }
  }

 private:
  void check_row(const HistoryRow& row, const CouponFact* coupon) {
    const RowLabel label{evidence_, row};
    if (coupon == nullptr) {
      if (!must_be_saved(row)) return;
      report_.found(Invariant::C4, "{}: got coupon {}, but the store does not have it", label, row.sequence);
    } else if (row.sequence != coupon->coupon.sequence) {
      report_.found(Invariant::C7, "{}: got coupon {}, but the store has coupon {}", label, row.sequence,
                    coupon->coupon.sequence);
    } else if (row.issued_at != Timestamp{} && row.issued_at != coupon->coupon.issued_at) {
      report_.found(Invariant::C7, "{}: got issue time {}, but the store has {}", label,
                    format_rfc3339(row.issued_at), format_rfc3339(coupon->coupon.issued_at));
    } else if (row.is_early() && row.partition == coupon->partition && row.offset <= coupon->coupon.offset) {
      report_.found(Invariant::C6, "{}: got ALREADY_ISSUED as of {}, but the store has {}", label,
                    row.place(), *coupon);
    }
  }

  /// True if the store must have the coupon that this row names.
  [[nodiscard]] bool must_be_saved(const HistoryRow& row) const {
    if (evidence_.at_rest || !row.has_place()) return true;
    const auto saved = saved_.find(row.partition);
    if (saved == saved_.end()) return false;
    return row.is_early() ? row.offset <= saved->second : row.offset < saved->second;
  }

  const Evidence& evidence_;
  const KnownPolicies& policies_;
  const Copies* copies_;
  Report& report_;
  std::map<Partition, Offset> saved_;
};

}  // namespace

void check_coupons(const Evidence& evidence, const KnownPolicies& policies, Report& report) {
  const auto& coupons = evidence.store->coupons;
  std::vector<std::uint32_t> order(coupons.size());
  std::iota(order.begin(), order.end(), 0);
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    return std::tie(coupons[a].coupon.policy, coupons[a].coupon.sequence) <
           std::tie(coupons[b].coupon.policy, coupons[b].coupon.sequence);
  };
  if (!std::is_sorted(order.begin(), order.end(), before))
    std::stable_sort(order.begin(), order.end(), before);
  std::optional<CouponRowsCheck> rows;
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

void check_answers_against_coupons(const Evidence& evidence, const KnownPolicies& policies,
                                   const std::vector<ByUser>& rows, const Copies* copies, Report& report) {
  const std::vector<ByUser> coupons = coupons_by_user(*evidence.store);
  CouponOwnerCheck owner(evidence, policies, copies, report);
  std::size_t users = 0;
  each_user_of_both(
      rows, coupons,
      [&](const ByUser* row, const ByUser* row_end, const ByUser* coupon, const ByUser* coupon_end) {
        const UserId user = row != row_end ? row->user : coupon->user;
        users += user.valid() ? 1 : 0;
        if (coupon_end - coupon > 1)
          report.found(Invariant::C2, "policy {}: user {} has two coupons of one ordinal", coupon->policy,
                       coupon->user);
        owner.check(row, row_end, coupon == coupon_end ? nullptr : &evidence.store->coupons[coupon->number]);
      });
  report.judged(Invariant::C2, users);
}

}  // namespace firstcome::check
