#pragma once

#include "domain/policy.h"
#include "domain/state.h"

/// The state hash is a sum of independent parts, so it can be kept up to date by adding and subtracting,
/// and does not depend on the order of anything. It guards against disagreement, not against an enemy.
/// It is stored: what a part hashes to must never change within a rules version.
namespace firstcome::decide {

std::uint64_t hash_of(const Coupon& coupon);
/// What commands set: everything of a policy but its counts and its coupons.
std::uint64_t hash_of_terms(const Policy& policy);
std::uint64_t hash_of_counts(const Policy& policy);
std::uint64_t hash_of_clock(Timestamp clock);
std::uint64_t hash_of_rules(std::int32_t rules);
std::uint64_t hash_of_mark(Partition from, Offset highest);

/// The parts of `state` that are not policies or coupons.
std::uint64_t hash_of_partition(const PartitionState& state);

/// A fresh partition: nothing decided yet.
PartitionState initial_state();

}  // namespace firstcome::decide
