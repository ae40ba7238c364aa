#include <algorithm>

#include "check/naive_model.h"

/// The state of the model at an earlier offset.
namespace firstcome::check {
namespace {

/// The value of the last entry before `offset`, or `beginning`.
template <class T>
T last_before(const std::vector<std::pair<Offset, T>>& entries, Offset offset, T beginning) {
  const auto next = std::partition_point(entries.begin(), entries.end(),
                                         [&](const auto& entry) { return entry.first < offset; });
  return next == entries.begin() ? beginning : std::prev(next)->second;
}

}  // namespace

std::int64_t ModelPolicy::issued_before(Offset offset) const {
  return std::partition_point(coupons.begin(), coupons.end(),
                              [&](const ModelCoupon& coupon) { return coupon.offset < offset; }) -
         coupons.begin();
}

ModelTally ModelPolicy::tally_before(Offset offset) const {
  const auto later = std::partition_point(tallies.begin(), tallies.end(),
                                          [&](const ModelTally& tally) { return tally.from <= offset; });
  return later == tallies.begin() ? ModelTally{} : *std::prev(later);
}

std::vector<std::int32_t> ModelPolicy::coupons_of(UserId user, Offset offset) const {
  std::vector<std::int32_t> sequences;
  const auto found = newest.find(user);
  std::int32_t sequence = found == newest.end() ? 0 : found->second;
  while (sequence != 0) {
    const ModelCoupon& coupon = coupons[static_cast<std::size_t>(sequence - 1)];
    if (coupon.offset < offset) sequences.push_back(sequence);
    sequence = coupon.previous;
  }
  return sequences;
}

std::optional<CouponLife> ModelPolicy::life_before(std::int64_t sequence, Offset offset) const {
  const auto found = steps.find(sequence);
  if (found == steps.end()) return std::nullopt;
  CouponLife life;
  life.policy = policy;
  life.sequence = sequence;
  for (const ModelStep& step : found->second) {
    if (step.offset >= offset) break;
    using Kind = CouponCommand::Kind;
    const Kind kind = step.command.kind;
    life.state = kind == Kind::Reserve  ? CouponState::Reserved
                 : kind == Kind::Use    ? CouponState::Used
                 : kind == Kind::Cancel ? CouponState::Cancelled
                                        : CouponState::Issued;
    life.held_until = step.held_until;
    life.gave_back_place = step.gave_back_place;
    AcceptedReference reference{.text = step.command.reference};
    const auto known = std::ranges::find(life.references, reference.text, &AcceptedReference::text);
    if (known != life.references.end()) {
      reference = *known;
      life.references.erase(known);
    }
    reference.accepted |= AcceptedReference::bit(kind);
    life.references.push_back(std::move(reference));
  }
  return life.references.empty() ? std::nullopt : std::optional(std::move(life));
}

const PolicyVersion* ModelPolicy::version_before(Offset offset) const {
  const auto later = std::partition_point(
      versions.begin(), versions.end(), [&](const PolicyVersion& version) { return version.from <= offset; });
  return later == versions.begin() ? nullptr : &*std::prev(later);
}

std::optional<Policy> ModelPolicy::before(Offset offset) const {
  const PolicyVersion* version = version_before(offset);
  if (version == nullptr) return std::nullopt;
  Policy result = version->terms;
  const ModelTally tally = tally_before(offset);
  result.issued_count = issued_before(offset);
  result.active_count = result.issued_count - tally.gave_back;
  result.used_count = tally.used;
  result.cancelled_count = tally.cancelled;
  result.listed_count = last_before(listed_counts, offset, std::int64_t{0});
  result.code_count =
      std::ranges::count_if(codes, [&](const ModelCode& code) { return code.offset < offset; });
  result.newest_issued_at = {};
  for (std::int64_t i = 0; i < result.issued_count; ++i) {
    result.newest_issued_at =
        std::max(result.newest_issued_at, coupons[static_cast<std::size_t>(i)].issued_at);
  }
  return result;
}

std::size_t ModelPartition::records_before(Offset offset) const {
  if (decisions.empty() || offset <= decisions.front().offset) return 0;
  // Offsets rise by at least one for each record. So the index is at most `offset`, and at most the difference of
  // the offsets below the guess. Without holes the guess is right.
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
