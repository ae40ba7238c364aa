#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "replica/policy_snapshots.h"

namespace firstcome::admission {

/// Why nothing is answered from a partition of this health, for a caller; empty: it is.
std::string_view unfit_words(replica::Health health);

/// Which partitions can be read, and which life of each: taken before something is read and again after it,
/// equal values say that what was read in between belongs together.
struct Readable {
  /// One that is concerned replays: whatever is read may lack what was answered before.
  bool replays = false;
  std::vector<Partition> left_out;  ///< halted or stopped
  std::vector<replica::Health> healths;
  std::vector<std::uint32_t> loads;

  friend bool operator==(const Readable&, const Readable&) = default;
};

/// Why nothing can be read of it, for a caller; empty: something can. Of all partitions one that is left out
/// does not matter: it is named instead.
std::string_view unfit_words(const Readable& readable, std::optional<Partition> only);

/// Of `only`, or of every partition that is home to policies.
Readable readable(const replica::PolicySnapshots& snapshots, std::optional<Partition> only = std::nullopt);

}  // namespace firstcome::admission
