#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "decide/decider.h"
#include "domain/incarnations.h"
#include "domain/record.h"
#include "replica/decided_log.h"
#include "replica/policy_snapshots.h"
#include "store/store.h"

namespace firstcome::replica {

/// Publishes the policy snapshots of one partition, and removes policies that are over from memory. Used by the
/// partition's thread.
class PolicyPublisher {
 public:
  PolicyPublisher(Partition self, decide::Decider& decider, PolicySnapshots& snapshots,
                  Incarnations incarnations)
      : self_(self), decider_(decider), snapshots_(snapshots), incarnations_(std::move(incarnations)) {}

  void reset();
  /// Of the records that are decided next.
  void set_era(Era era) { era_ = era; }
  /// A saved coupon of a policy that the decider has.
  void load(const store::CouponRow& row);
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
  void note_history(const Coupon& coupon, const History& history);

  const Partition self_;
  decide::Decider& decider_;
  PolicySnapshots& snapshots_;
  const Incarnations incarnations_;
  Era era_ = 1;
  /// Of the policies with generated codes. A snapshot that was published has its own copy.
  IdMap<PolicyId, std::shared_ptr<const CouponHistories>> histories_;
  /// Does the published snapshot include the coupon owners, because the policy refuses?
  IdMap<PolicyId, bool> published_refusing_;
  std::vector<PolicyId> begun_to_refuse_;         ///< in the open chunk, by the clock alone
  std::deque<std::pair<Offset, PolicyId>> over_;  ///< with the end of the chunk in which it was over
};

}  // namespace firstcome::replica
