#include <algorithm>

#include "check/naive_model.h"

/// Looking back: how things stood in the model at a place.
namespace firstcome::check {
namespace {

/// The value behind the last offset before `offset`, or what stood at the beginning.
template <class T>
T last_before(const std::vector<std::pair<Offset, T>>& story, Offset offset, T beginning) {
  const auto next = std::partition_point(story.begin(), story.end(),
                                         [&](const auto& entry) { return entry.first < offset; });
  return next == story.begin() ? beginning : std::prev(next)->second;
}

}  // namespace

std::int64_t PolicyStory::issued_before(Offset offset) const {
  return std::partition_point(coupons.begin(), coupons.end(),
                              [&](const ModelCoupon& coupon) { return coupon.offset < offset; }) -
         coupons.begin();
}

const PolicyMoment* PolicyStory::moment_before(Offset offset) const {
  const auto later = std::partition_point(moments.begin(), moments.end(),
                                          [&](const PolicyMoment& moment) { return moment.from <= offset; });
  return later == moments.begin() ? nullptr : &*std::prev(later);
}

std::optional<Policy> PolicyStory::before(Offset offset) const {
  const PolicyMoment* moment = moment_before(offset);
  if (moment == nullptr) return std::nullopt;
  Policy standing = moment->terms;
  standing.active_count = standing.issued_count = issued_before(offset);
  return standing;
}

std::size_t ModelPartition::records_before(Offset offset) const {
  if (decisions.empty() || offset <= decisions.front().offset) return 0;
  // Offsets rise by at least one a record, so a record lies no further left than its distance says; without
  // holes it is found at once.
  const auto guess = std::min(static_cast<std::size_t>(offset), decisions.size() - 1);
  if (decisions[guess].offset < offset) return guess + 1;
  const auto distance = static_cast<std::size_t>(decisions[guess].offset - offset);
  const auto from = decisions.begin() + static_cast<std::ptrdiff_t>(guess - std::min(guess, distance));
  const auto to = decisions.begin() + static_cast<std::ptrdiff_t>(guess) + 1;
  return static_cast<std::size_t>(
      std::partition_point(from, to, [&](const ModelDecision& d) { return d.offset < offset; }) -
      decisions.begin());
}

const ModelDecision* ModelPartition::at(Offset offset) const {
  const std::size_t index = records_before(offset);
  return index < decisions.size() && decisions[index].offset == offset ? &decisions[index] : nullptr;
}

Timestamp ModelPartition::clock_before(Offset offset) const {
  const std::size_t index = records_before(offset);
  return index == 0 ? Timestamp{} : clocks[index - 1];
}
OriginMarks ModelPartition::marks_before(Offset offset) const {
  return last_before(marks, offset, OriginMarks{});
}
std::int32_t ModelPartition::rules_before(Offset offset) const { return last_before(rules, offset, 1); }

}  // namespace firstcome::check
