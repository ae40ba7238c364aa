#include <algorithm>
#include <tuple>

#include "check/checks.h"
#include "check/finding_format.h"

namespace firstcome::check {
namespace {

/// The reported coupons of one policy, in the order of their sequences.
class PolicySequences {
 public:
  PolicySequences(const Evidence& evidence, const PolicyFacts& facts, Report& report)
      : evidence_(evidence), facts_(facts), report_(report) {}

  /// Returns the number of coupons that are reported or imported.
  std::int64_t check(const ReportedCoupon* begin, const ReportedCoupon* end) {
    std::int64_t count = facts_.imported;
    for (const ReportedCoupon* coupon = begin; coupon != end; ++coupon) {
      if (coupon != begin && coupon->sequence == (coupon - 1)->sequence) {
        const HistoryRow& first = row(*(coupon - 1));
        const HistoryRow& second = row(*coupon);
        report_.found(Invariant::C1, "policy {}: user {} and user {} both got sequence {} ({})",
                      coupon->policy, first.user, second.user, coupon->sequence,
                      LinesLabel{evidence_, first, second});
        continue;
      }
      if (coupon->sequence <= facts_.imported) continue;
      ++count;
      if (missing_ == 0) first_missing_ = count;
      missing_ = coupon->sequence - count;
      if (facts_.highest_stock && coupon->sequence > *facts_.highest_stock) {
        report_.found(Invariant::C1, "{}: got sequence {}, but the stock is {}",
                      RowLabel{evidence_, row(*coupon)}, coupon->sequence, *facts_.highest_stock);
      }
    }
    return count;
  }

  /// Every coupon of a complete policy is reported, or belongs to a user with an unknown outcome.
  void check_gaps(PolicyId policy, std::int64_t possible) {
    if (!facts_.complete || missing_ <= possible) return;
    report_.found(Invariant::C3,
                  "policy {}: no user got {} sequences, from {} on, but only {} outcomes are unknown", policy,
                  missing_, first_missing_, possible);
  }

 private:
  [[nodiscard]] const HistoryRow& row(const ReportedCoupon& coupon) const {
    return evidence_.history[coupon.row];
  }

  const Evidence& evidence_;
  const PolicyFacts& facts_;
  Report& report_;
  std::int64_t missing_ = 0;
  std::int64_t first_missing_ = 1;
};

/// A coupon that is reported or stored.
struct KnownCoupon {
  PolicyId policy;
  std::int64_t sequence = 0;
  bool stored = false;
};

/// Each coupon once, even if it is reported and stored.
std::vector<KnownCoupon> known_coupons(const Evidence& evidence,
                                       const std::vector<ReportedCoupon>& reported) {
  std::vector<KnownCoupon> all;
  all.reserve(reported.size() + (evidence.store ? evidence.store->coupons.size() : 0));
  if (evidence.store) {
    for (const CouponFact& fact : evidence.store->coupons)
      all.push_back({fact.coupon.policy, fact.coupon.sequence, true});
  }
  for (const ReportedCoupon& coupon : reported) all.push_back({coupon.policy, coupon.sequence, false});
  std::sort(all.begin(), all.end(), [](const KnownCoupon& a, const KnownCoupon& b) {
    return std::tie(a.policy, a.sequence, b.stored) < std::tie(b.policy, b.sequence, a.stored);
  });
  const auto same = [](const KnownCoupon& a, const KnownCoupon& b) {
    return a.policy == b.policy && a.sequence == b.sequence;
  };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return all;
}

void count_coupons(const Evidence& evidence, const KnownPolicies& policies,
                   const std::vector<ReportedCoupon>& reported, Report& report) {
  PolicyId noted;
  for (const KnownCoupon& coupon : known_coupons(evidence, reported)) {
    const PolicyFacts& facts = policies.of(coupon.policy);
    if (facts.highest_stock) {
      report.judged(Invariant::C1, 1);
    } else {
      report.not_judged(Invariant::C1, 1);
      if (coupon.policy != noted)
        report.note(Invariant::C1, "the stock of policy {} is not known", coupon.policy);
      noted = coupon.policy;
    }
    if (facts.complete || coupon.stored) {
      report.judged(Invariant::C3, 1);
    } else {
      report.not_judged(Invariant::C3, 1);
    }
  }
}

}  // namespace

bool is_judged_by_history(const PolicyFacts& facts) {
  return facts.complete && facts.lowest_stock.has_value();
}

void check_sequences(const Evidence& evidence, const KnownPolicies& policies, ReportedCoupons reported,
                     Report& report) {
  auto& all = reported.coupons;
  std::sort(all.begin(), all.end(), [](const ReportedCoupon& a, const ReportedCoupon& b) {
    return std::tie(a.policy, a.sequence, a.row) < std::tie(b.policy, b.sequence, b.row);
  });
  IdMap<PolicyId, std::int64_t> counts;
  const ReportedCoupon* const end = all.data() + all.size();
  for (const ReportedCoupon* begin = all.data(); begin != end;) {
    const PolicyId policy = begin->policy;
    const ReportedCoupon* next = begin;
    while (next != end && next->policy == policy) ++next;
    PolicySequences sequences(evidence, policies.of(policy), report);
    counts[policy] = sequences.check(begin, next);
    sequences.check_gaps(policy, reported.possible[policy]);
    begin = next;
  }
  for (const auto& [policy, sold_out] : reported.sold_out) {
    const PolicyFacts& facts = policies.of(policy);
    if (!is_judged_by_history(facts)) {
      if (!evidence.store) report.not_judged(Invariant::C9, sold_out.rows);
      continue;
    }
    report.judged(Invariant::C9, sold_out.rows);
    const std::int64_t known = std::max(counts[policy], facts.imported);  // imported may be INT64_MAX
    if (known >= *facts.lowest_stock - reported.possible[policy]) continue;
    report.found(Invariant::C9, "{}: got SOLD_OUT, but only {} of {} coupons have an owner",
                 RowLabel{evidence, evidence.history[sold_out.first]}, known + reported.possible[policy],
                 *facts.lowest_stock);
  }
  count_coupons(evidence, policies, all, report);
}

}  // namespace firstcome::check
