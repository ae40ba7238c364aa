#pragma once

#include <iterator>

#include "domain/coupon_life.h"
#include "domain/policy.h"
#include "domain/state.h"

/// The state hash is a sum of independent parts: it is updated by addition and subtraction, and it does not
/// depend on order. It detects disagreement between nodes; it does not protect against an attacker. It is
/// stored, so the hash of a part must never change within a rules version.
namespace firstcome::decide {

namespace hashing {

/// First word of each part, so that equal numbers in different parts hash differently.
enum Part : std::uint64_t { Coupon = 1, Terms, Counts, Clock, Rules, Mark, Life, Listed, Imported };

/// One round of a multiply-xorshift hash (the finalizer of splitmix64) over the running value.
constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) + 0x9e3779b97f4a7c15ULL;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

/// Multilinear over fixed odd factors, then one full mix. The products do not depend on each other, so the
/// CPU computes them in parallel. This runs twice for every coupon.
inline constexpr std::uint64_t kFactors[] = {
    0x9e3779b97f4a7c15ULL, 0xc2b2ae3d27d4eb4fULL, 0x165667b19e3779f9ULL, 0xd6e8feb86659fd93ULL,
    0xa0761d6478bd642fULL, 0xe7037ed1a0b428dbULL, 0x8ebc6af09c88c6e3ULL, 0x589965cc75374cc3ULL};

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
inline std::uint64_t hash_of(const ListedUser& listed) {
  return hashing::hash_words(hashing::Part::Listed, listed.policy.value, listed.user.value, listed.number,
                             listed.offset);
}
std::uint64_t hash_of(const ImportedCode& code);
/// 0 for a coupon that was never touched.
std::uint64_t hash_of(const CouponLife& life);
/// Hash of all that commands set: the policy without its counts and its coupons.
std::uint64_t hash_of_terms(const Policy& policy);
inline std::uint64_t hash_of_counts(const Policy& policy) {
  return hashing::hash_words(hashing::Part::Counts, policy.id.value, policy.active_count, policy.issued_count,
                             policy.used_count, policy.cancelled_count, to_millis(policy.newest_issued_at),
                             policy.listed_count, policy.code_count);
}
std::uint64_t hash_of_clock(Timestamp clock);
std::uint64_t hash_of_rules(std::int32_t rules);
std::uint64_t hash_of_mark(Partition from, Offset highest);

/// Hash of the parts of `state`, without policies and coupons.
std::uint64_t hash_of_partition(const PartitionState& state);

/// The state of a partition before its first record.
PartitionState initial_state();

}  // namespace firstcome::decide
