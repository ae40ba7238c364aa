#include "replica/policy_snapshots.h"

#include <algorithm>
#include <utility>

#include "domain/check.h"
#include "domain/policy_numbers.h"

namespace firstcome::replica {

void PolicySlot::publish(std::shared_ptr<const PolicySnapshot> snapshot) {
  const std::lock_guard lock(mutex_);
  snapshot_.swap(snapshot);
  version_.fetch_add(1, std::memory_order_release);
}

std::shared_ptr<const PolicySnapshot> PolicySlot::read(std::uint64_t& version_read) const {
  const std::lock_guard lock(mutex_);
  version_read = version_.load(std::memory_order_relaxed);
  return snapshot_;
}

PolicySnapshots::PolicySnapshots(std::int32_t partitions, std::int32_t homes, std::size_t cache_bytes)
    : homes_(homes), coupons_(cache_bytes) {
  CHECK(homes > 0 && homes <= partitions);
  for (std::int32_t i = 0; i < partitions; ++i) partitions_.push_back(std::make_unique<PartitionStatus>());
}

std::shared_ptr<const PolicySlot> PolicySnapshots::find(PolicyId policy) const {
  const std::lock_guard lock(mutex_);
  const auto found = slots_.find(policy);
  return found == slots_.end() ? nullptr : found->second;
}

void PolicySnapshots::publish(std::shared_ptr<const PolicySnapshot> snapshot) {
  const PolicyId policy = snapshot->policy.id;
  std::shared_ptr<PolicySlot> slot;
  {
    const std::lock_guard lock(mutex_);
    set_codes(policy, snapshot->codes);
    auto& entry = slots_[policy];
    if (entry) {
      slot = entry;
    } else {
      slot = entry = std::make_shared<PolicySlot>();
      slot->publish(std::move(snapshot));  // before find() returns its id
      ids_.set(policy, PolicyIds::Known::InMemory);
      note_id(policy);
      return;
    }
  }
  slot->publish(std::move(snapshot));
}

void PolicySnapshots::retire(PolicyId policy) {
  std::shared_ptr<PolicySlot> slot;
  {
    const std::lock_guard lock(mutex_);
    ids_.set(policy, PolicyIds::Known::IdOnly);
    set_codes(policy, nullptr);
    note_id(policy);
    const auto found = slots_.find(policy);
    if (found == slots_.end()) return;
    slot = std::move(found->second);
    slots_.erase(found);
  }
  slot->publish(nullptr);
}

std::vector<std::shared_ptr<const PolicySnapshot>> PolicySnapshots::list(PolicyId after,
                                                                         std::size_t limit) const {
  std::vector<std::shared_ptr<const PolicySnapshot>> snapshots;
  const std::lock_guard lock(mutex_);
  for (auto slot = slots_.upper_bound(after); slot != slots_.end() && snapshots.size() < limit; ++slot) {
    std::uint64_t version = 0;
    if (auto snapshot = slot->second->read(version)) snapshots.push_back(std::move(snapshot));
  }
  return snapshots;
}

void PolicySnapshots::set_codes(PolicyId policy, const std::shared_ptr<const decide::ImportedCodes>& codes) {
  const auto found = code_lists_->find(policy);
  if (codes == (found == code_lists_->end() ? nullptr : found->second)) return;
  auto changed = std::make_shared<CodeLists>(*code_lists_);
  if (codes == nullptr) {
    changed->erase(policy);
  } else {
    (*changed)[policy] = codes;
  }
  code_lists_ = std::move(changed);
}

std::shared_ptr<const CodeLists> PolicySnapshots::code_lists() const {
  const std::lock_guard lock(mutex_);
  return code_lists_;
}

std::optional<CodePlace> find_code(const CodeLists& lists, std::string_view code, PolicyId except) {
  for (const auto& [policy, codes] : lists) {
    if (policy == except) continue;
    if (const auto sequence = codes->find(code)) return CodePlace{policy, *sequence};
  }
  return std::nullopt;
}

void PolicySnapshots::note_id(PolicyId policy) {
  if (policy.value < kNumberedIdsEnd) highest_numbered_ = std::max(highest_numbered_, policy);
}

PolicyId PolicySnapshots::highest_numbered() const {
  const std::lock_guard lock(mutex_);
  return highest_numbered_;
}

const PolicySnapshot* PolicySnapshotReader::view(PolicyId policy) {
  auto found = seen_.find(policy);
  if (found == seen_.end()) {
    // Unknown ids are not remembered: a caller can send any number of them.
    switch (snapshots_->known(policy)) {
      case PolicyIds::Known::No: return nullptr;
      case PolicyIds::Known::IdOnly: return retired(policy);
      case PolicyIds::Known::InMemory: break;
    }
    auto slot = snapshots_->find(policy);
    if (slot == nullptr) return retired(policy);  // since known() returned
    found = seen_.emplace(policy, Seen{.slot = std::move(slot)}).first;
  }
  Seen& seen = found->second;
  if (seen.version != seen.slot->version()) seen.snapshot = seen.slot->read(seen.version);
  if (seen.snapshot != nullptr) return seen.snapshot.get();
  seen_.erase(found);
  // Retired; published again if an older store was loaded since.
  return snapshots_->known(policy) == PolicyIds::Known::InMemory ? view(policy) : retired(policy);
}

void PolicySnapshotReader::refresh() {
  for (auto next = seen_.begin(); next != seen_.end();) {
    const auto found = next++;
    Seen& seen = found->second;
    if (seen.version != seen.slot->version()) seen.snapshot = seen.slot->read(seen.version);
    if (seen.snapshot == nullptr) seen_.erase(found);
  }
}

const PolicySnapshot* PolicySnapshotReader::retired(PolicyId policy) {
  retired_.policy.id = policy;
  return &retired_;
}

}  // namespace firstcome::replica
