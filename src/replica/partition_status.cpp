#include "replica/partition_status.h"

#include <utility>

#include "domain/check.h"

namespace firstcome::replica {

void PartitionStatus::set_caught_up(bool caught_up) {
  if (!caught_up) ++loads;
  const std::lock_guard lock(mutex_);
  caught_up_ = caught_up;
  update_health();
}

void PartitionStatus::stop(std::string reason) {
  CHECK(!reason.empty());
  const std::lock_guard lock(mutex_);
  stopped_ = std::move(reason);
  update_health();
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
  update_health();
}

void PartitionStatus::request_reload() {
  const std::lock_guard lock(mutex_);
  caught_up_ = false;
  reload_requested_ = true;
  stopped_.clear();
  contradiction_.clear();
  halted_.clear();
  update_health();
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
  set_trouble(Trouble::ReadingEnd, {});
  // If the end is reached already. The partition's thread may be reloading at this moment; when it serves
  // again, it has reached this end, too.
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

void PartitionStatus::update_health() {
  if (!halted_.empty()) {
    health = Health::Halted;
  } else if (!stopped_.empty()) {
    health = Health::Stopped;
  } else {
    health = caught_up_ ? Health::Serving : Health::Replaying;
  }
}

}  // namespace firstcome::replica
