#include "admission/unknown_policies.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace firstcome::admission {

UnknownPolicies::UnknownPolicies(replica::PolicySnapshotReader& views, Settings settings,
                                 std::function<void(Partition)> ask_end)
    : views_(views),
      settings_(settings),
      ask_end_(std::move(ask_end)),
      queues_(static_cast<std::size_t>(views.snapshots().partitions())) {}

bool UnknownPolicies::wait(PolicyId policy, Partition partition, Settled settled) {
  if (waiting_ >= settings_.most) return false;
  Queue& queue = queues_[static_cast<std::size_t>(partition)];
  if (queue.requests.empty()) queue.decided = views_.snapshots().partition(partition).decided;
  queue.requests.push_back({policy, std::nullopt, std::move(settled)});
  ++waiting_;
  return true;
}

void UnknownPolicies::on_time(Now now) {
  if (waiting_ == 0) return;
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    Queue& queue = queues_[i];
    if (queue.requests.empty()) continue;
    const auto partition = static_cast<Partition>(i);
    const replica::PartitionStatus& status = views_.snapshots().partition(partition);
    settle_known(queue, status.decided, now);
    settle_oldest(queue, status, now);
    stamp_new(queue, now);
    if (!queue.requests.empty()) ask_end_(partition);
  }
}

/// A policy appears when its creation is decided, usually long before the next end is reached.
void UnknownPolicies::settle_known(Queue& queue, Offset decided, Now now) {
  if (std::exchange(queue.decided, decided) == decided) return;
  std::deque<Waiting> all = std::exchange(queue.requests, {});
  std::deque<Waiting> left;
  for (Waiting& one : all) {
    if (views_.view(one.policy) == nullptr) {
      left.push_back(std::move(one));
    } else {
      settle(one.settled, Verdict::Known, now);
    }
  }
  // The callbacks may have added requests.
  std::ranges::move(queue.requests, std::back_inserter(left));
  queue.requests = std::move(left);
}

void UnknownPolicies::settle_oldest(Queue& queue, const replica::PartitionStatus& status, Now now) {
  const Instant fresh_as_of{milliseconds{std::max<std::int64_t>(status.fresh_as_of_ms, 0)}};
  while (!queue.requests.empty() && queue.requests.front().came) {
    const bool checked = fresh_as_of > *queue.requests.front().came;
    if (!checked && now.steady < *queue.requests.front().came + settings_.wait_most) return;
    const Waiting oldest = std::move(queue.requests.front());
    queue.requests.pop_front();
    // Read after the freshness, so the snapshot is at least as new.
    const bool known = views_.view(oldest.policy) != nullptr;
    settle(oldest.settled, known ? Verdict::Known : checked ? Verdict::Unknown : Verdict::NotChecked, now);
  }
}

void UnknownPolicies::stamp_new(Queue& queue, Now now) {
  for (auto newest = queue.requests.rbegin(); newest != queue.requests.rend() && !newest->came; ++newest) {
    newest->came = now.steady;
  }
}

void UnknownPolicies::settle(const Settled& settled, Verdict verdict, Now now) {
  --waiting_;
  settled(verdict, now);
}

}  // namespace firstcome::admission
