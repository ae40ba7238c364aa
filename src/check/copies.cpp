#include "check/copies.h"

#include <algorithm>
#include <tuple>

#include "check/finding_format.h"

namespace firstcome::check {
namespace {

bool had_effect(const ModelDecision* decision) {
  return decision->code == Code::Success || decision->code == Code::Accepted;
}

auto bytes_of(const ModelDecision* decision) {
  return std::tie(decision->sequence_number, decision->value_hash, decision->policy, decision->user);
}

std::vector<const ModelDecision*> numbered(const ModelPartition& partition, bool foreign_is_marked,
                                           const KnownPolicies& policies) {
  std::vector<const ModelDecision*> records;
  for (const ModelDecision& decision : partition.decisions) {
    if (!may_be_ours(decision) || decision.sequence_number == 0) continue;
    if (!foreign_is_marked && !policies.of(decision.policy).complete) continue;
    records.push_back(&decision);
  }
  std::stable_sort(records.begin(), records.end(),
                   [](auto* a, auto* b) { return bytes_of(a) < bytes_of(b); });
  return records;
}

}  // namespace

bool may_be_ours(const ModelDecision& decision) {
  // Commands of callers have a number, the `close` of a policy by an issuer has none.
  if (decision.kind == ParsedRecord::Kind::Command && decision.sequence_number == 0) return false;
  return !decision.foreign && !decision.relayed &&
         (decision.kind == ParsedRecord::Kind::Request || decision.kind == ParsedRecord::Kind::Command ||
          decision.kind == ParsedRecord::Kind::Coupon);
}

Copies::Copies(const Evidence& evidence, const KnownPolicies& policies, Report& report)
    : model_(*evidence.journal) {
  for (Partition p = 0; p < evidence.journal->partitions(); ++p) {
    const auto records = numbered(evidence.journal->partition(p), evidence.foreign_is_marked, policies);
    for (auto first = records.begin(); first != records.end();) {
      const auto last = std::find_if(
          first, records.end(), [&](const auto* record) { return bytes_of(record) != bytes_of(*first); });
      if (last - first > 1) look_at(p, {first, last}, report);
      first = last;
    }
  }
  std::sort(copies_.begin(), copies_.end());
  if (copies_.empty()) return;
  std::string text = fmt::format("producers appended {} records again; {} of the copies had no effect",
                                 copies_.size(), without_effect_);
  if (instead_of_the_first_ > 0)
    text += fmt::format(", {} had one after the first copy was refused", instead_of_the_first_);
  report.note(Invariant::C10, "{}", text);
}

void Copies::look_at(Partition partition, const std::vector<const ModelDecision*>& copies, Report& report) {
  const ModelDecision* effective = nullptr;
  for (const ModelDecision* copy : copies) {
    const bool again = copy != copies.front();
    if (again) copies_.push_back({partition, copy->offset});
    if (!had_effect(copy)) {
      without_effect_ += again ? 1 : 0;
    } else if (effective == nullptr) {
      effective = copy;
      instead_of_the_first_ += again ? 1 : 0;
      if (again && copy->kind == ParsedRecord::Kind::Coupon)
        changed_coupons_.emplace(copy->policy, copy->sequence);
    } else if (!copy->reserves) {
      report.found(
          Invariant::C10,
          "policy {}: the record at {} was appended again at offset {}, and both copies had an effect",
          copy->policy, Place{partition, effective->offset}, copy->offset);
    }
  }
}

bool Copies::is_copy(Place place) const { return std::binary_search(copies_.begin(), copies_.end(), place); }

bool Copies::has_changed(PolicyId policy, std::int64_t sequence) const {
  return changed_coupons_.contains({policy, sequence});
}

bool Copies::has_won(PolicyId policy, UserId user, std::int32_t ordinal) const {
  const ModelPolicy* of = copies_.empty() ? nullptr : model_.policy(policy);
  if (of == nullptr) return false;
  return std::ranges::any_of(of->coupons_of(user, INT64_MAX), [&](std::int32_t sequence) {
    const ModelCoupon& coupon = *model_.coupon(policy, sequence);
    return coupon.ordinal == ordinal && is_copy({model_.home_of(policy), coupon.offset});
  });
}

}  // namespace firstcome::check
