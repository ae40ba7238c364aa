#include <algorithm>

#include "simulated_users.h"

/// Lists of eligible users, added in chunks while the policy issues, with all faults.
namespace firstcome::simulation {

void SimulatedUsers::begin_list(PolicyId policy) {
  List& list = lists_[policy];
  const std::int64_t users = cluster_.plan.users;
  for (std::int64_t i = cluster_.between(0, users + users / 2); i > 0; --i) {
    list.users.emplace_back(cluster_.between(1, users));
  }
  list.chunk_most = cluster_.between(1, 25);
  list.chunks_left = 3 + 2 * static_cast<int>(list.users.size());
}

PolicyCommand SimulatedUsers::next_list_chunk(const Policy& policy, const List& list) {
  PolicyCommand command{.kind = PolicyCommand::Kind::List, .policy = policy.id, .who = "operator"};
  const auto all = static_cast<std::int64_t>(list.users.size());
  // A node that decides differently may return more.
  const std::int64_t from = std::min(all, policy.listed_count);
  const std::int64_t until = std::min(all, from + list.chunk_most);
  command.listed.first = from + 1;
  command.listed.users.assign(list.users.begin() + from, list.users.begin() + until);
  if (cluster_.chance(100)) command.listed.first += cluster_.between(-3, 3);
  return command;
}

/// Continues the list from the state of the policy in the reply to its creation or to a chunk.
void SimulatedUsers::continue_list(const Policy& policy) {
  const auto found = lists_.find(policy.id);
  if (found == lists_.end()) return;
  List& list = found->second;
  const bool ended = policy.listed_count >= static_cast<std::int64_t>(list.users.size());
  if (policy.eligible != Eligible::Listed || policy.state == PolicyState::Closed || ended ||
      --list.chunks_left == 0) {
    if (ended && policy.listed_count > 0) cluster_.saw("list ended");
    lists_.erase(found);
    return;
  }
  later(milliseconds{cluster_.between(1, 400)}, [this, policy] {
    const auto still = lists_.find(policy.id);
    if (still != lists_.end()) send(next_list_chunk(policy, still->second), kTries);
  });
}

}  // namespace firstcome::simulation
