#include "replica/policy_snapshots.h"

#include <algorithm>
#include <utility>

#include "domain/check.h"

namespace firstcome::replica {

void PolicySlot::publish(std::shared_ptr<const PolicySnapshot> view) {
  const std::lock_guard lock(mutex_);
  view_.swap(view);
  version_.fetch_add(1, std::memory_order_release);
}

void PolicySlot::retire() { publish(nullptr); }

std::shared_ptr<const PolicySnapshot> PolicySlot::read(std::uint64_t& version_read) const {
  const std::lock_guard lock(mutex_);
  version_read = version_.load(std::memory_order_relaxed);
  return view_;
}

void PartitionStatus::set_caught_up(bool caught_up) {
  if (!caught_up) ++loads;
  const std::lock_guard lock(mutex_);
  caught_up_ = caught_up;
  work_out_health();
}

void PartitionStatus::stop(std::string reason) {
  CHECK(!reason.empty());
  const std::lock_guard lock(mutex_);
  stopped_ = std::move(reason);
  work_out_health();
}

void PartitionStatus::contradict(const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (contradiction_.empty()) contradiction_ = reason;
  }
  stop(reason);
}

std::string PartitionStatus::contradiction() const {
  const std::lock_guard lock(mutex_);
  return contradiction_;
}

void PartitionStatus::set_halted(std::string reason) {
  const std::lock_guard lock(mutex_);
  halted_ = std::move(reason);
  work_out_health();
}

void PartitionStatus::begin_again() {
  const std::lock_guard lock(mutex_);
  caught_up_ = false;
  reload_due_ = true;
  stopped_.clear();
  contradiction_.clear();
  halted_.clear();
  work_out_health();
}

void PartitionStatus::set_marks(const std::optional<journal::RecordMark>& saved) {
  const std::lock_guard lock(mutex_);
  marks_ = {.newest = saved, .anchor = saved, .certain = saved.has_value()};
}

void PartitionStatus::set_newest(const journal::RecordMark& record) {
  const std::lock_guard lock(mutex_);
  marks_.newest = record;
  if (!marks_.anchor) marks_.anchor = record;
}

void PartitionStatus::set_anchor(const journal::RecordMark& compared) {
  const std::lock_guard lock(mutex_);
  marks_.anchor = compared;
  marks_.certain = true;
}

PartitionStatus::Marks PartitionStatus::marks() const {
  const std::lock_guard lock(mutex_);
  return marks_;
}

std::string PartitionStatus::reason() const {
  const std::lock_guard lock(mutex_);
  return halted_.empty() ? stopped_ : halted_;
}

void PartitionStatus::saw_end(Instant asked_at, Offset offset) {
  end.store(offset, std::memory_order_relaxed);
  const auto asked_at_ms = std::chrono::duration_cast<milliseconds>(asked_at.time_since_epoch()).count();
  end_asked_ms = asked_at_ms;
  set_trouble(Trouble::Ending, {});
  // Known at once where it is reached already. The partition's thread may be loading anew at this moment:
  // once it serves again it has reached this end, too.
  if (health == Health::Serving && position >= offset) raise_freshness(asked_at_ms);
}

void PartitionStatus::raise_freshness(std::int64_t asked_at_ms) {
  std::int64_t known = fresh_as_of_ms;
  while (known < asked_at_ms && !fresh_as_of_ms.compare_exchange_weak(known, asked_at_ms)) {
  }
}

void PartitionStatus::set_trouble(Trouble kind, std::string reason) {
  const std::lock_guard lock(mutex_);
  troubles_.at(static_cast<std::size_t>(kind)) = std::move(reason);
}

std::string PartitionStatus::trouble(Trouble kind) const {
  const std::lock_guard lock(mutex_);
  return troubles_.at(static_cast<std::size_t>(kind));
}

void PartitionStatus::work_out_health() {
  if (!halted_.empty()) {
    health = Health::Halted;
  } else if (!stopped_.empty()) {
    health = Health::Stopped;
  } else {
    health = caught_up_ ? Health::Serving : Health::Replaying;
  }
}

PolicySnapshots::PolicySnapshots(std::int32_t partitions, std::int32_t homes) : homes_(homes) {
  CHECK(homes > 0 && homes <= partitions);
  for (std::int32_t i = 0; i < partitions; ++i) partitions_.push_back(std::make_unique<PartitionStatus>());
}

std::shared_ptr<const PolicySlot> PolicySnapshots::find(PolicyId policy) const {
  const std::lock_guard lock(mutex_);
  const auto found = slots_.find(policy);
  return found == slots_.end() ? nullptr : found->second;
}

void PolicySnapshots::publish(std::shared_ptr<const PolicySnapshot> view) {
  const PolicyId policy = view->policy.id;
  std::shared_ptr<PolicySlot> slot;
  {
    const std::lock_guard lock(mutex_);
    auto& place = slots_[policy];
    if (place) {
      slot = place;
    } else {
      slot = place = std::make_shared<PolicySlot>();
      slot->publish(std::move(view));  // before its id says that it is there
      ids_.set(policy, PolicyIds::Known::InMemory);
      highest_policy_ = std::max(highest_policy_, policy);
      return;
    }
  }
  slot->publish(std::move(view));
}

void PolicySnapshots::retire(PolicyId policy) {
  std::shared_ptr<PolicySlot> slot;
  {
    const std::lock_guard lock(mutex_);
    ids_.set(policy, PolicyIds::Known::IdOnly);
    highest_policy_ = std::max(highest_policy_, policy);
    const auto found = slots_.find(policy);
    if (found == slots_.end()) return;
    slot = std::move(found->second);
    slots_.erase(found);
  }
  slot->retire();
}

std::vector<std::shared_ptr<const PolicySnapshot>> PolicySnapshots::list(PolicyId after,
                                                                         std::size_t limit) const {
  std::vector<std::shared_ptr<const PolicySnapshot>> views;
  const std::lock_guard lock(mutex_);
  for (auto slot = slots_.upper_bound(after); slot != slots_.end() && views.size() < limit; ++slot) {
    std::uint64_t version = 0;
    if (auto view = slot->second->read(version)) views.push_back(std::move(view));
  }
  return views;
}

PolicyId PolicySnapshots::highest_policy() const {
  const std::lock_guard lock(mutex_);
  return highest_policy_;
}

const PolicySnapshot* PolicySnapshotReader::view(PolicyId policy) {
  auto found = seen_.find(policy);
  if (found == seen_.end()) {
    // Ids that nobody has seen are not remembered: anybody may send any number of them.
    switch (snapshots_->known(policy)) {
      case PolicyIds::Known::No: return nullptr;
      case PolicyIds::Known::IdOnly: return retired(policy);
      case PolicyIds::Known::InMemory: break;
    }
    auto slot = snapshots_->find(policy);
    if (slot == nullptr) return retired(policy);  // a moment ago
    found = seen_.emplace(policy, Seen{.slot = std::move(slot)}).first;
  }
  Seen& seen = found->second;
  if (seen.version != seen.slot->version()) seen.view = seen.slot->read(seen.version);
  if (seen.view != nullptr) return seen.view.get();
  seen_.erase(found);
  // Retired, and published anew where an older store was loaded since.
  return snapshots_->known(policy) == PolicyIds::Known::InMemory ? view(policy) : retired(policy);
}

void PolicySnapshotReader::refresh() {
  for (auto next = seen_.begin(); next != seen_.end();) {
    const auto found = next++;
    Seen& seen = found->second;
    if (seen.version != seen.slot->version()) seen.view = seen.slot->read(seen.version);
    if (seen.view == nullptr) seen_.erase(found);
  }
}

const PolicySnapshot* PolicySnapshotReader::retired(PolicyId policy) {
  retired_.policy.id = policy;
  return &retired_;
}

}  // namespace firstcome::replica
