#include <fmt/core.h>

#include <algorithm>

#include "simulated_users.h"

/// Lists of codes, added in chunks. Their policies begin with maxCount 0.
namespace firstcome::simulation {

void SimulatedUsers::begin_codes(PolicyId policy) {
  CodeList& list = code_lists_[policy];
  for (std::int64_t i = cluster_.between(1, 60); i > 0; --i) {
    list.codes.push_back(fmt::format("{}-{}", policy, i));
  }
  // The chunk with the repeated code is refused, and the list ends there.
  if (cluster_.chance(100))
    list.codes.push_back(
        list.codes[static_cast<std::size_t>(cluster_.below(static_cast<std::int64_t>(list.codes.size())))]);
  list.chunk_most = cluster_.between(1, 25);
  list.chunks_left = 3 + 2 * static_cast<int>(list.codes.size());
}

PolicyCommand SimulatedUsers::next_code_chunk(const Policy& policy, const CodeList& list) {
  PolicyCommand command{.kind = PolicyCommand::Kind::Codes, .policy = policy.id, .who = "operator"};
  const auto all = static_cast<std::int64_t>(list.codes.size());
  // A node that decides differently may return more.
  const std::int64_t from = std::min(all, policy.code_count);
  const std::int64_t until = std::min(all, from + list.chunk_most);
  command.coupon_codes.first = from + 1;
  command.coupon_codes.codes.assign(list.codes.begin() + from, list.codes.begin() + until);
  if (cluster_.chance(100)) command.coupon_codes.first += cluster_.between(-3, 3);
  return command;
}

/// Continues the list from the state of the policy in the reply to its creation or to a chunk. Now and then, and at the end,
/// raises maxCount.
void SimulatedUsers::continue_codes(const Policy& policy) {
  const auto found = code_lists_.find(policy.id);
  if (found == code_lists_.end()) return;
  CodeList& list = found->second;
  const bool ended = policy.code_count >= static_cast<std::int64_t>(list.codes.size());
  if (policy.code_count > policy.max_count && (ended || cluster_.chance(300))) {
    PolicyCommand raise{
        .kind = PolicyCommand::Kind::Change, .policy = policy.id, .max_count = policy.code_count};
    raise.who = "operator";
    later(milliseconds{cluster_.between(1, 200)}, [this, raise] { send(raise, kTries); });
  }
  if (policy.codes != CodeKind::Imported || policy.state == PolicyState::Closed || ended ||
      --list.chunks_left == 0) {
    if (ended && policy.code_count > 0) cluster_.saw("codes ended");
    code_lists_.erase(found);
    return;
  }
  later(milliseconds{cluster_.between(1, 400)}, [this, policy] {
    const auto still = code_lists_.find(policy.id);
    if (still != code_lists_.end()) send(next_code_chunk(policy, still->second), kTries);
  });
}

}  // namespace firstcome::simulation
