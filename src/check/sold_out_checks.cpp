#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "check/checks.h"
#include "check/words.h"

namespace firstcome::check {
namespace {

/// How many coupons of a policy were issued before a place, by the store's rows up to its position and by the
/// journal's behind it.
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

  /// Nothing where neither of them reaches.
  [[nodiscard]] std::optional<std::int64_t> before(PolicyId policy, Place place) const {
    const auto saved = saved_.find(place.partition);
    if (saved != saved_.end() && place.offset <= saved->second) {
      const auto found = offsets_.find(policy);
      if (found == offsets_.end()) return 0;
      return std::lower_bound(found->second.begin(), found->second.end(), place.offset) -
             found->second.begin();
    }
    if (evidence_.journal == nullptr) return std::nullopt;
    const PolicyStory* story = evidence_.journal->story(policy);
    return story == nullptr ? 0 : story->issued_before(place.offset);
  }

 private:
  const Evidence& evidence_;
  IdMap<PolicyId, std::vector<Offset>> offsets_;
  std::map<Partition, Offset> saved_;
};

}  // namespace

void check_no_under_issue(const Evidence& evidence, const PolicyBook& policies, Report& report) {
  const Issued issued(evidence);
  for (const HistoryRow& row : evidence.history) {
    if (!row.is_told(Code::SoldOut)) continue;
    const PolicyFacts& facts = policies.of(row.policy);
    const bool placed = row.stands != HistoryRow::Stands::Nowhere;
    const auto taken = placed ? issued.before(row.policy, row.where()) : std::nullopt;
    const bool counted = is_judged_by_history(facts);
    if (taken && !counted) report.looked_at(Invariant::C9, 1);
    if (!taken && !counted) report.not_judged(Invariant::C9, 1);
    if (!taken) continue;
    const auto stock = facts.stock_before(row.offset);
    if (stock && *taken >= *stock) continue;
    report.found(Invariant::C9, [&] {
      return fmt::format("{}told SOLD_OUT while {} of {} were issued", who(evidence, row), *taken,
                         stock.value_or(0));
    });
  }
}

}  // namespace firstcome::check
