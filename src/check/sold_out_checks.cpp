#include <algorithm>
#include <map>

#include "check/checks.h"
#include "check/finding_format.h"

namespace firstcome::check {
namespace {

/// The number of coupons of a policy that were issued before a place: from the store up to its position, from the
/// journal after it.
class Issued {
 public:
  explicit Issued(const Evidence& evidence) : evidence_(evidence) {
    for (const CouponFact& fact : evidence.store->coupons)
      offsets_[fact.coupon.policy].push_back(fact.coupon.offset);
    for (auto& [policy, offsets] : offsets_) {
      if (!std::is_sorted(offsets.begin(), offsets.end())) std::sort(offsets.begin(), offsets.end());
    }
    for (const PositionFact& position : evidence.store->positions)
      saved_[position.partition] = position.next_offset;
  }

  /// Empty if neither the store nor the journal has it.
  [[nodiscard]] std::optional<std::int64_t> before(PolicyId policy, Place place) const {
    const auto saved = saved_.find(place.partition);
    if (saved != saved_.end() && place.offset <= saved->second) {
      const auto found = offsets_.find(policy);
      if (found == offsets_.end()) return 0;
      return std::lower_bound(found->second.begin(), found->second.end(), place.offset) -
             found->second.begin();
    }
    if (evidence_.journal == nullptr) return std::nullopt;
    const ModelPolicy* of = evidence_.journal->policy(policy);
    return of == nullptr ? 0 : of->issued_before(place.offset);
  }

 private:
  const Evidence& evidence_;
  IdMap<PolicyId, std::vector<Offset>> offsets_;
  std::map<Partition, Offset> saved_;
};

}  // namespace

void check_no_under_issue(const Evidence& evidence, const KnownPolicies& policies, Report& report) {
  const Issued issued(evidence);
  for (const HistoryRow& row : evidence.history) {
    if (!row.got(Code::SoldOut)) continue;
    const PolicyFacts& facts = policies.of(row.policy);
    const auto taken = row.has_place() ? issued.before(row.policy, row.place()) : std::nullopt;
    const bool counted = is_judged_by_history(facts);
    if (taken && !counted) report.judged(Invariant::C9, 1);
    if (!taken && !counted) report.not_judged(Invariant::C9, 1);
    if (!taken) continue;
    const auto stock = facts.stock_before(row.offset);
    if (stock && *taken >= *stock) continue;
    report.found(Invariant::C9, "{}: got SOLD_OUT when {} of {} coupons were issued", RowLabel{evidence, row},
                 *taken, stock.value_or(0));
  }
}

}  // namespace firstcome::check
