#pragma once

#include <vector>

#include "check/evidence.h"
#include "check/naive_model.h"
#include "check/policy_book.h"
#include "check/report.h"

namespace firstcome::check {

/// Is the record one that a request of the history can have become?
bool may_be_ours(const ModelDecision& decision);

/// Records that are in the journal more than once, byte for byte: a producer appends again what it does not
/// know to be there. Of the copies of one record at most one may have changed anything.
class Copies {
 public:
  /// Reports those of which more than one changed something (C10), and counts the others in a note.
  Copies(const Evidence& evidence, const PolicyBook& policies, Report& report);

  /// Every copy but the first.
  [[nodiscard]] bool is_copy(Place place) const;
  /// Did a copy win this user's coupon, after the first copy of their request was refused?
  [[nodiscard]] bool has_won(PolicyId policy, UserId user) const;

 private:
  void look_at(Partition partition, const std::vector<const ModelDecision*>& copies, Report& report);

  const NaiveModel& model_;
  std::vector<Place> copies_;  ///< sorted
  std::int64_t without_effect_ = 0;
  std::int64_t instead_of_the_first_ = 0;
};

}  // namespace firstcome::check
