#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "replica/policy_snapshots.h"

namespace firstcome::admission {

/// Why a partition of this health answers nothing, as a text for callers. Empty if it answers.
std::string_view unavailable_reason(replica::Health health);

/// Which partitions can be read, and how often each was loaded. If the value is the same before and after a read, the
/// result of the read is consistent.
struct Readable {
  /// A partition is replaying, so a read may miss earlier answers.
  bool replays = false;
  std::vector<Partition> left_out;  ///< halted or stopped
  std::vector<replica::Health> healths;
  std::vector<std::uint32_t> loads;

  friend bool operator==(const Readable&, const Readable&) = default;
};

/// Why nothing can be read, as a text for callers. Empty if something can be read: a read of all partitions names the
/// partitions in `left_out` instead.
std::string_view unavailable_reason(const Readable& readable, std::optional<Partition> only);

/// For `only`, or for every partition that is a home of policies.
Readable readable(const replica::PolicySnapshots& snapshots, std::optional<Partition> only = std::nullopt);

}  // namespace firstcome::admission
