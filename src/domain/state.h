#pragma once

#include <cstdint>
#include <map>

#include "domain/policy.h"
#include "domain/record.h"

namespace firstcome {

/// The highest decided origin offset, for each partition from which misrouted records came.
using OriginMarks = std::map<Partition, Offset>;

/// The state of a partition's decider besides its policies and coupons. Every field is saved.
struct PartitionState {
  Timestamp clock{};  ///< the time of the journal; it never decreases
  std::int32_t rules = 1;
  OriginMarks origin_marks;
  std::uint64_t state_hash = 0;  ///< over this and all policies and coupons of the partition

  bool operator==(const PartitionState&) const = default;
};

/// An accepted command: a row of the table policy_change.
struct PolicyChange {
  PolicyId policy;
  std::int64_t revision = 0;  ///< after the command
  Offset offset = 0;
  Timestamp at;  ///< by the clock of the journal
  PolicyCommand command;
};

}  // namespace firstcome
