#include "decide/state_hash.h"

#include <string_view>

namespace firstcome::decide {
namespace {

using namespace hashing;
using hashing::mix;  // an overload of the functions below

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

std::uint64_t hash_of_terms(const Policy& policy) {
  std::uint64_t hash = hash_words(Part::Terms, policy.id.value, policy.max_count, policy.per_user_limit,
                                  static_cast<int>(policy.state), policy.revision);
  hash = mix(hash, policy.name);
  for (const auto& time :
       {policy.issue_starts_at, policy.issue_ends_at, policy.valid_from, policy.valid_until}) {
    hash = mix(hash, time);
  }
  hash = mix(hash, static_cast<std::uint64_t>(policy.valid_for.value_or(milliseconds{}).count()));
  hash = mix(hash, static_cast<std::uint64_t>(policy.on_cancel));
  hash = mix(hash, std::uint64_t{policy.reissue});
  hash = mix(hash, static_cast<std::uint64_t>(policy.codes));
  hash = mix(hash, policy.code_prefix);
  hash = mix(hash, static_cast<std::uint64_t>(policy.eligible));
  return mix(hash, policy.create_key);
}

std::uint64_t hash_of(const CouponLife& life) {
  if (life.references.empty()) return 0;
  std::uint64_t hash = hash_words(Part::Life, life.policy.value, life.sequence, static_cast<int>(life.state),
                                  static_cast<int>(life.gave_back_place), to_millis(life.held_until));
  for (const AcceptedReference& reference : life.references) {
    hash = mix(hash, reference.text);
    hash = mix(hash, reference.accepted);
  }
  return hash;
}

std::uint64_t hash_of(const ImportedCode& code) {
  return mix(hash_words(Part::Imported, code.policy.value, code.sequence, code.offset), code.code);
}

std::uint64_t hash_of_clock(Timestamp clock) { return hash_words(Part::Clock, to_millis(clock)); }

std::uint64_t hash_of_rules(std::int32_t rules) { return hash_words(Part::Rules, rules); }

std::uint64_t hash_of_mark(Partition from, Offset highest) { return hash_words(Part::Mark, from, highest); }

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
