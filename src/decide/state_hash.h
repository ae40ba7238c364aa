#pragma once

#include <iterator>

#include "domain/policy.h"
#include "domain/state.h"

/// The state hash is a sum of independent parts, so it can be kept up to date by adding and subtracting,
/// and does not depend on the order of anything. It guards against disagreement, not against an enemy.
/// It is stored: what a part hashes to must never change within a rules version.
namespace firstcome::decide {

namespace hashing {

/// First word of each part, so that equal numbers in different parts hash differently.
enum Part : std::uint64_t { Coupon = 1, Terms, Counts, Clock, Rules, Mark };

/// One round of a multiply-xorshift hash (the finalizer of splitmix64) over the running value.
constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) + 0x9e3779b97f4a7c15ULL;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

/// Multilinear over fixed odd factors, then one full mix. The products do not wait for each other, which
/// matters: this runs twice for every coupon.
inline constexpr std::uint64_t kFactors[] = {0x9e3779b97f4a7c15ULL, 0xc2b2ae3d27d4eb4fULL,
                                             0x165667b19e3779f9ULL, 0xd6e8feb86659fd93ULL,
                                             0xa0761d6478bd642fULL, 0xe7037ed1a0b428dbULL};

template <class... Words>
constexpr std::uint64_t hash_words(Part part, Words... words) {
  static_assert(sizeof...(words) <= std::size(kFactors));
  std::uint64_t sum = 0;
  std::size_t i = 0;
  ((sum += static_cast<std::uint64_t>(words) * kFactors[i++]), ...);
  return mix(part, sum);
}

}  // namespace hashing

inline std::uint64_t hash_of(const Coupon& coupon) {
  return hashing::hash_words(hashing::Part::Coupon, coupon.policy.value, coupon.sequence, coupon.user.value,
                             coupon.user_ordinal, to_millis(coupon.issued_at), coupon.offset);
}
/// What commands set: everything of a policy but its counts and its coupons.
std::uint64_t hash_of_terms(const Policy& policy);
inline std::uint64_t hash_of_counts(const Policy& policy) {
  return hashing::hash_words(hashing::Part::Counts, policy.id.value, policy.active_count,
                             policy.issued_count);
}
std::uint64_t hash_of_clock(Timestamp clock);
std::uint64_t hash_of_rules(std::int32_t rules);
std::uint64_t hash_of_mark(Partition from, Offset highest);

/// The parts of `state` that are not policies or coupons.
std::uint64_t hash_of_partition(const PartitionState& state);

/// A fresh partition: nothing decided yet.
PartitionState initial_state();

}  // namespace firstcome::decide
