#include "decide/state_hash.h"

#include <iterator>
#include <string_view>

namespace firstcome::decide {
namespace {

/// First word of each part, so that equal numbers in different parts hash differently.
enum Part : std::uint64_t { kCoupon = 1, kTerms, kCounts, kClock, kRules, kMark };

constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  // One round of a multiply-xorshift hash (the finalizer of splitmix64) over the running value.
  hash = (hash ^ word) + 0x9e3779b97f4a7c15ULL;
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31);
}

/// Multilinear over fixed odd factors, then one full mix. The products do not wait for each other, which
/// matters: this runs twice for every coupon.
constexpr std::uint64_t kFactors[] = {0x9e3779b97f4a7c15ULL, 0xc2b2ae3d27d4eb4fULL, 0x165667b19e3779f9ULL,
                                      0xd6e8feb86659fd93ULL, 0xa0761d6478bd642fULL, 0xe7037ed1a0b428dbULL};

template <class... Words>
constexpr std::uint64_t hash_words(Part part, Words... words) {
  static_assert(sizeof...(words) <= std::size(kFactors));
  std::uint64_t sum = 0;
  std::size_t i = 0;
  ((sum += static_cast<std::uint64_t>(words) * kFactors[i++]), ...);
  return mix(part, sum);
}

std::uint64_t mix(std::uint64_t hash, std::string_view text) {
  hash = mix(hash, text.size());
  for (const char c : text) hash = mix(hash, static_cast<unsigned char>(c));
  return hash;
}

std::uint64_t mix(std::uint64_t hash, std::optional<Timestamp> time) {
  hash = mix(hash, std::uint64_t{time.has_value()});
  return time ? mix(hash, static_cast<std::uint64_t>(to_millis(*time))) : hash;
}

}  // namespace

std::uint64_t hash_of(const Coupon& coupon) {
  return hash_words(kCoupon, coupon.policy.value, coupon.sequence, coupon.user.value, coupon.user_ordinal,
                    to_millis(coupon.issued_at), coupon.offset);
}

std::uint64_t hash_of_terms(const Policy& policy) {
  std::uint64_t hash = hash_words(kTerms, policy.id.value, policy.max_count, policy.per_user_limit,
                                  static_cast<int>(policy.state), policy.revision);
  hash = mix(hash, policy.name);
  for (const auto& time :
       {policy.issue_starts_at, policy.issue_ends_at, policy.valid_from, policy.valid_until}) {
    hash = mix(hash, time);
  }
  return hash;
}

std::uint64_t hash_of_counts(const Policy& policy) {
  return hash_words(kCounts, policy.id.value, policy.active_count, policy.last_sequence);
}

std::uint64_t hash_of_clock(Timestamp clock) { return hash_words(kClock, to_millis(clock)); }

std::uint64_t hash_of_rules(std::int32_t rules) { return hash_words(kRules, rules); }

std::uint64_t hash_of_mark(Partition from, Offset highest) { return hash_words(kMark, from, highest); }

std::uint64_t hash_of_partition(const PartitionState& state) {
  std::uint64_t hash = hash_of_clock(state.clock) + hash_of_rules(state.rules);
  for (const auto& [from, highest] : state.origin_marks) hash += hash_of_mark(from, highest);
  return hash;
}

PartitionState initial_state() {
  PartitionState state;
  state.state_hash = hash_of_partition(state);
  return state;
}

}  // namespace firstcome::decide
