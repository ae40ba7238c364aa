#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/ids.h"

namespace firstcome::audit {

/// One difference between the store and the journal.
struct Difference {
  /// The table, or Identity: the store and the journal do not belong together.
  enum class About : std::uint8_t {
    Identity,
    Position,
    Batch,
    Code,
    Policy,
    PolicyChange,
    Coupon,
    CouponLife,
    CouponChange,
    EligibleUser,
    CouponCode
  };
  About about = About::Identity;
  Partition partition = -1;  ///< -1: none
  PolicyId policy;           ///< 0: none
  std::string text;
};

std::string_view name_of(Difference::About about);

/// Counts all differences and keeps the first `kept_max`.
class Differences {
 public:
  explicit Differences(std::size_t kept_max) : kept_max_(kept_max) {}
  void add(Difference difference) {
    ++count_;
    kinds_.emplace(difference.partition, difference.about);
    if (kept_.size() < kept_max_) kept_.push_back(std::move(difference));
  }
  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] bool has(Partition partition, Difference::About about) const {
    return kinds_.contains({partition, about});
  }
  [[nodiscard]] bool has(Partition partition) const {
    const auto first = kinds_.lower_bound({partition, Difference::About{}});
    return first != kinds_.end() && first->first == partition;
  }
  [[nodiscard]] const std::vector<Difference>& kept() const { return kept_; }

 private:
  std::size_t kept_max_;
  std::int64_t count_ = 0;
  std::vector<Difference> kept_;
  std::set<std::pair<Partition, Difference::About>> kinds_;
};

}  // namespace firstcome::audit
