#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "decide/decider.h"
#include "domain/record.h"
#include "replica/decided_log.h"
#include "replica/policy_snapshots.h"

namespace firstcome::replica {

/// Publishes the policy snapshots of one partition, and removes policies that are over from memory. Used by the
/// partition's thread.
class PolicyPublisher {
 public:
  PolicyPublisher(decide::Decider& decider, PolicySnapshots& snapshots)
      : decider_(decider), snapshots_(snapshots) {}

  void reset();
  /// All policies of the decider. `as_of`: records before it are decided.
  void publish_all(Offset as_of);
  /// A policy can begin to refuse without a change, by the clock alone. The next publish_chunk() publishes it
  /// then.
  void note_refusal(const Record& record, const Decision& decision);
  /// The policies that the chunk has changed or that begin to refuse in it.
  void publish_chunk(const Chunk& chunk);
  /// Keeps only the ids of the policies that were over before `saved`. No lost commit must be able to move the
  /// store's position below `saved`.
  void retire_over(Offset saved);

 private:
  void publish(const Policy& policy, Offset as_of);

  decide::Decider& decider_;
  PolicySnapshots& snapshots_;
  /// Does the published snapshot include the coupon owners, because the policy refuses?
  IdMap<PolicyId, bool> published_refusing_;
  std::vector<PolicyId> begun_to_refuse_;         ///< in the open chunk, by the clock alone
  std::deque<std::pair<Offset, PolicyId>> over_;  ///< with the end of the chunk in which it was over
};

}  // namespace firstcome::replica
