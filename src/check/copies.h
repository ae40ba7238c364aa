#pragma once

#include <set>
#include <utility>
#include <vector>

#include "check/evidence.h"
#include "check/known_policies.h"
#include "check/naive_model.h"
#include "check/report.h"

namespace firstcome::check {

/// True if a request of the history can have become this record.
bool may_be_ours(const ModelDecision& decision);

/// Copies: records that are in the journal more than once, byte for byte, because a producer appends a record
/// again if its acknowledgement is lost. At most one copy of a record may have an effect.
class Copies {
 public:
  /// Reports records of which more than one copy had an effect (C10). Adds a note about the other copies.
  Copies(const Evidence& evidence, const KnownPolicies& policies, Report& report);

  /// True for every copy except the first.
  [[nodiscard]] bool is_copy(Place place) const;
  /// True if this user won with a copy, after the first copy of the request was refused.
  [[nodiscard]] bool has_won(PolicyId policy, UserId user, std::int32_t ordinal) const;
  /// True if a copy of a command of this coupon was accepted, after the first copy was refused.
  [[nodiscard]] bool has_changed(PolicyId policy, std::int64_t sequence) const;

 private:
  void look_at(Partition partition, const std::vector<const ModelDecision*>& copies, Report& report);

  const NaiveModel& model_;
  std::vector<Place> copies_;  ///< sorted
  std::set<std::pair<PolicyId, std::int64_t>> changed_coupons_;
  std::int64_t without_effect_ = 0;
  std::int64_t instead_of_the_first_ = 0;
};

}  // namespace firstcome::check
