#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "check/checks.h"
#include "check/words.h"

namespace firstcome::check {
namespace {

/// The holders of one policy, by sequence.
class OnePolicy {
 public:
  OnePolicy(const Evidence& evidence, const PolicyFacts& facts, Report& report)
      : evidence_(evidence), facts_(facts), report_(report) {}

  /// Returns how many coupons were told of or imported.
  std::int64_t check(const Holder* begin, const Holder* end) {
    std::int64_t told = facts_.imported;
    for (const Holder* holder = begin; holder != end; ++holder) {
      if (holder != begin && holder->sequence == (holder - 1)->sequence) {
        promised_twice(*(holder - 1), *holder);
        continue;
      }
      if (holder->sequence <= facts_.imported) continue;
      ++told;
      if (missing_ == 0) first_missing_ = told;
      missing_ = holder->sequence - told;
      if (facts_.highest_stock && holder->sequence > *facts_.highest_stock) too_many(*holder);
    }
    return told;
  }

  /// Every coupon of a whole policy must have been told, or be somebody's whose outcome is unknown.
  void check_gaps(PolicyId policy, std::int64_t possible) {
    if (!facts_.whole || missing_ <= possible) return;
    report_.found(Invariant::C3, [&] {
      return fmt::format(
          "{}: {} sequences, from {} on, were told to nobody, and only {} outcomes are unknown",
          words(policy), missing_, first_missing_, possible);
    });
  }

 private:
  [[nodiscard]] const HistoryRow& row(const Holder& holder) const { return evidence_.history[holder.row]; }

  void promised_twice(const Holder& first, const Holder& second) {
    report_.found(Invariant::C1, [&] {
      return fmt::format("{}: {} and {} were both told sequence {} ({})", words(first.policy),
                         words(row(first).user), words(row(second).user), first.sequence,
                         lines(evidence_, row(first), row(second)));
    });
  }
  void too_many(const Holder& holder) {
    report_.found(Invariant::C1, [&] {
      return fmt::format("{}told sequence {}, more than the stock of {}", who(evidence_, row(holder)),
                         holder.sequence, *facts_.highest_stock);
    });
  }

  const Evidence& evidence_;
  const PolicyFacts& facts_;
  Report& report_;
  std::int64_t missing_ = 0;
  std::int64_t first_missing_ = 1;
};

/// A coupon that was told of, or that the store has.
struct Known {
  PolicyId policy;
  std::int64_t sequence = 0;
  bool stored = false;
};

/// Each once, however many witnesses it has.
std::vector<Known> known_coupons(const Evidence& evidence, const std::vector<Holder>& holders) {
  std::vector<Known> all;
  all.reserve(holders.size() + (evidence.store ? evidence.store->coupons.size() : 0));
  if (evidence.store) {
    for (const CouponFact& fact : evidence.store->coupons)
      all.push_back({fact.coupon.policy, fact.coupon.sequence, true});
  }
  for (const Holder& holder : holders) all.push_back({holder.policy, holder.sequence, false});
  std::sort(all.begin(), all.end(), [](const Known& a, const Known& b) {
    return std::tie(a.policy, a.sequence, b.stored) < std::tie(b.policy, b.sequence, a.stored);
  });
  const auto same = [](const Known& a, const Known& b) {
    return a.policy == b.policy && a.sequence == b.sequence;
  };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
  return all;
}

void count_coupons(const Evidence& evidence, const PolicyBook& policies, const std::vector<Holder>& holders,
                   Report& report) {
  PolicyId unknown;
  for (const Known& coupon : known_coupons(evidence, holders)) {
    const PolicyFacts& facts = policies.of(coupon.policy);
    if (facts.highest_stock) {
      report.looked_at(Invariant::C1, 1);
    } else {
      report.not_judged(Invariant::C1, 1);
      if (coupon.policy != unknown)
        report.note(Invariant::C1, "the stock of " + words(coupon.policy) + " is not known");
      unknown = coupon.policy;
    }
    if (facts.whole || coupon.stored) {
      report.looked_at(Invariant::C3, 1);
    } else {
      report.not_judged(Invariant::C3, 1);
    }
  }
}

}  // namespace

bool is_judged_by_history(const PolicyFacts& facts) { return facts.whole && facts.lowest_stock.has_value(); }

void check_sequences(const Evidence& evidence, const PolicyBook& policies, Holders holders, Report& report) {
  auto& all = holders.holders;
  std::sort(all.begin(), all.end(), [](const Holder& a, const Holder& b) {
    return std::tie(a.policy, a.sequence, a.row) < std::tie(b.policy, b.sequence, b.row);
  });
  IdMap<PolicyId, std::int64_t> told;
  const Holder* const end = all.data() + all.size();
  for (const Holder* begin = all.data(); begin != end;) {
    const PolicyId policy = begin->policy;
    const Holder* next = begin;
    while (next != end && next->policy == policy) ++next;
    const PolicyFacts& facts = policies.of(policy);
    OnePolicy one(evidence, facts, report);
    told[policy] = one.check(begin, next);
    one.check_gaps(policy, holders.possible[policy]);
    begin = next;
  }
  for (const auto& [policy, sold_out] : holders.sold_out) {
    const PolicyFacts& facts = policies.of(policy);
    if (!is_judged_by_history(facts)) {
      if (!evidence.store) report.not_judged(Invariant::C9, sold_out.rows);
      continue;
    }
    report.looked_at(Invariant::C9, sold_out.rows);
    const std::int64_t accounted = std::max(told[policy], facts.imported) + holders.possible[policy];
    if (accounted >= *facts.lowest_stock) continue;
    report.found(Invariant::C9, [&, row = sold_out.first] {
      return fmt::format("{}told SOLD_OUT, but only {} of {} coupons are anybody's",
                         who(evidence, evidence.history[row]), accounted, *facts.lowest_stock);
    });
  }
  count_coupons(evidence, policies, all, report);
}

}  // namespace firstcome::check
