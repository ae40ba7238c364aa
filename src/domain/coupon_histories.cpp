#include "domain/coupon_histories.h"

#include <algorithm>

namespace firstcome {

void CouponHistories::add(std::int64_t sequence, const History& history) {
  const auto found = std::ranges::find(firsts_, history, &First::history);
  if (found == firsts_.end()) {
    firsts_.push_back({sequence, history});
  } else if (found->sequence > sequence) {
    found->sequence = sequence;
  } else {
    return;
  }
  std::ranges::sort(firsts_, {}, &First::sequence);
}

bool CouponHistories::has(std::int64_t sequence, const History& history) const {
  const auto found = std::ranges::find(firsts_, history, &First::history);
  return found != firsts_.end() && found->sequence <= sequence;
}

History CouponHistories::at(std::int64_t sequence) const {
  const auto next = std::ranges::upper_bound(firsts_, sequence, {}, &First::sequence);
  return next == firsts_.begin() ? History{} : std::prev(next)->history;
}

}  // namespace firstcome
