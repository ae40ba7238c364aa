#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/ids.h"

namespace firstcome {

/// How a policy that is created without an id gets one (docs/decisions/0055). An operator may choose any id, also one of
/// these: then that one is skipped.

/// The end of the ids that are given in order. The next one is above the highest id below this that is in use, so an id at
/// the end of the 64 bits does not use up those of later policies.
inline constexpr std::int64_t kNumberedIdsEnd = std::int64_t{1} << 31;

/// The id for a key: 2^31 to 2^32 - 1. Every node computes the same one, so all creates with one key go to one partition,
/// which decides them in order. `attempt`: 0 at first, then one more for each id that another policy has.
PolicyId policy_id_of_key(std::string_view key, int attempt);

/// 64-bit FNV-1a with a final mix. Results are stored, so they never change. Not against callers who search for
/// collisions.
std::uint64_t hash_of_text(std::string_view text, std::uint64_t seed = 0);

}  // namespace firstcome
