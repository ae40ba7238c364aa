#include "check/copies.h"

#include <fmt/core.h>

#include <algorithm>
#include <tuple>

#include "check/words.h"

namespace firstcome::check {
namespace {

bool changed_something(const ModelDecision* decision) {
  return decision->code == Code::Success || decision->code == Code::Accepted;
}

auto bytes_of(const ModelDecision* decision) {
  return std::tie(decision->sequence_number, decision->value_hash, decision->policy, decision->user);
}

std::vector<const ModelDecision*> numbered(const ModelPartition& partition, bool foreign_is_marked,
                                           const PolicyBook& policies) {
  std::vector<const ModelDecision*> records;
  for (const ModelDecision& decision : partition.decisions) {
    if (!may_be_ours(decision) || decision.sequence_number == 0) continue;
    if (!foreign_is_marked && !policies.of(decision.policy).whole) continue;
    records.push_back(&decision);
  }
  std::stable_sort(records.begin(), records.end(),
                   [](auto* a, auto* b) { return bytes_of(a) < bytes_of(b); });
  return records;
}

}  // namespace

bool may_be_ours(const ModelDecision& decision) {
  return !decision.foreign && !decision.relayed &&
         (decision.kind == ReadRecord::Kind::Request || decision.kind == ReadRecord::Kind::Command);
}

Copies::Copies(const Evidence& evidence, const PolicyBook& policies, Report& report)
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
  std::string text =
      fmt::format("{} records were appended again by their producer; {} of the copies changed nothing",
                  copies_.size(), without_effect_);
  if (instead_of_the_first_ > 0) {
    text += fmt::format(", {} were carried out after the first copy was refused", instead_of_the_first_);
  }
  report.note(Invariant::C10, text);
}

void Copies::look_at(Partition partition, const std::vector<const ModelDecision*>& copies, Report& report) {
  const ModelDecision* effective = nullptr;
  for (const ModelDecision* copy : copies) {
    const bool again = copy != copies.front();
    if (again) copies_.push_back({partition, copy->offset});
    if (!changed_something(copy)) {
      without_effect_ += again ? 1 : 0;
    } else if (effective == nullptr) {
      effective = copy;
      instead_of_the_first_ += again ? 1 : 0;
    } else {
      report.found(Invariant::C10, [&] {
        return fmt::format(
            "{}: the record at {} was appended again at offset {}, and both copies were carried out",
            words(copy->policy), words(Place{partition, effective->offset}), copy->offset);
      });
    }
  }
}

bool Copies::is_copy(Place place) const { return std::binary_search(copies_.begin(), copies_.end(), place); }

bool Copies::has_won(PolicyId policy, UserId user) const {
  const PolicyStory* story = copies_.empty() ? nullptr : model_.story(policy);
  if (story == nullptr) return false;
  const auto held = story->sequences.find(user);
  if (held == story->sequences.end()) return false;
  return is_copy({model_.home_of(policy), model_.coupon(policy, held->second)->offset});
}

}  // namespace firstcome::check
