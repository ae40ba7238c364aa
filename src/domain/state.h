#pragma once

#include <cstdint>
#include <map>

#include "domain/policy.h"
#include "domain/record.h"

namespace firstcome {

/// Highest origin offset decided so far, for each partition that misrouted records come from.
using OriginMarks = std::map<Partition, Offset>;

/// What a partition's decider carries besides its policies and coupons. Every field is saved.
struct PartitionState {
  Timestamp clock{};  ///< the journal's time, clamped so that it never runs backwards
  std::int32_t rules = 1;
  OriginMarks origin_marks;
  std::uint64_t state_hash = 0;  ///< over this and all policies and coupons of the partition

  bool operator==(const PartitionState&) const = default;
};

/// An accepted command: a row of policy_change.
struct PolicyChange {
  PolicyId policy;
  std::int64_t revision = 0;  ///< the revision it led to
  Offset offset = 0;
  Timestamp at;  ///< the journal's time
  PolicyCommand command;
};

}  // namespace firstcome
