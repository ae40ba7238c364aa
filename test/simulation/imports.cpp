#include <algorithm>
#include <numeric>

#include "simulated_users.h"

/// Imports of coupons of another system in chunks, as the command `import` does it, with all faults.
namespace firstcome::simulation {

void SimulatedUsers::begin_import(PolicyId policy) {
  Import& import = imports_[policy];
  std::vector<std::int64_t> users(static_cast<std::size_t>(cluster_.plan.users));
  std::iota(users.begin(), users.end(), 1);
  for (std::size_t i = users.size(); i > 1; --i) std::swap(users[i - 1], users[cluster_.below(i)]);
  users.resize(static_cast<std::size_t>(cluster_.between(0, static_cast<std::int64_t>(users.size()))));
  for (const std::int64_t user : users) {
    import.coupons.push_back({UserId{user}, cluster_.timeline.now() - milliseconds {
                                cluster_.between(0, 86'400'000)
                              }});
  }
  import.chunk_most = cluster_.between(1, 25);
  import.wrong = cluster_.chance(150);
  import.paused = cluster_.chance(200);

  PolicyCommand create{.policy = policy, .name = "from elsewhere", .importing = true, .who = "importer"};
  const auto count = static_cast<std::int64_t>(users.size());
  create.max_count = std::max<std::int64_t>(1, count + cluster_.between(cluster_.chance(100) ? -3 : 0, 20));
  send(create, kTries);
}

PolicyCommand SimulatedUsers::next_chunk(PolicyId policy, const Import& import) {
  PolicyCommand command{.kind = PolicyCommand::Kind::Import, .policy = policy, .who = "importer"};
  const auto all = static_cast<std::int64_t>(import.coupons.size());
  const std::int64_t from =
      std::min(all, import.imported);  // a node that decides differently may return more
  const std::int64_t until = std::min(all, from + import.chunk_most);
  command.chunk.first = from + 1;
  command.chunk.coupons.assign(import.coupons.begin() + from, import.coupons.begin() + until);
  if (until < all || (until > from && cluster_.chance(300))) return command;
  ImportTotal& total = command.chunk.total.emplace();
  total.count = all;
  std::int64_t sequence = 0;
  for (const ImportedCoupon& coupon : import.coupons) total.hash += hash_of_imported(++sequence, coupon);
  if (import.wrong) ++total.hash;
  command.chunk.paused = import.paused;
  return command;
}

/// Continues the import from the state of the policy in the reply to a create or a chunk. Without progress
/// the import is abandoned and its policy closed.
void SimulatedUsers::continue_import(const Policy& policy) {
  const auto found = imports_.find(policy.id);
  if (found == imports_.end()) return;
  Import& import = found->second;
  if (policy.state != PolicyState::Importing) {
    if (policy.issued_count > 0 && policy.state != PolicyState::Closed) cluster_.saw("import ended");
    imports_.erase(found);
    return;
  }
  if (std::exchange(import.imported, policy.issued_count) == policy.issued_count && ++import.stuck > 3) {
    cluster_.saw("import abandoned");
    imports_.erase(found);
    return send({.kind = PolicyCommand::Kind::Close, .policy = policy.id, .who = "importer"}, kTries);
  }
  later(milliseconds{cluster_.between(1, 400)}, [this, id = policy.id] {
    const auto still = imports_.find(id);
    if (still != imports_.end()) send(next_chunk(id, still->second), kTries);
  });
}

}  // namespace firstcome::simulation
