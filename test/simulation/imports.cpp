#include <algorithm>
#include <numeric>

#include "crowd.h"

/// Coupons of another system that come in by chunks, through every misfortune: as the import verb does it.
namespace firstcome::simulation {
namespace {

constexpr int kTries = 6;

}  // namespace

void Crowd::begin_import(PolicyId policy) {
  Import& import = imports_[policy];
  std::vector<std::int64_t> users(static_cast<std::size_t>(world_.plan.users));
  std::iota(users.begin(), users.end(), 1);
  for (std::size_t i = users.size(); i > 1; --i) std::swap(users[i - 1], users[world_.below(i)]);
  users.resize(static_cast<std::size_t>(world_.between(0, static_cast<std::int64_t>(users.size()))));
  for (const std::int64_t user : users) {
    import.coupons.push_back({UserId{user}, world_.timeline.now() - milliseconds {
                                world_.between(0, 86'400'000)
                              }});
  }
  import.chunk_most = world_.between(1, 25);
  import.wrong = world_.chance(150);
  import.paused = world_.chance(200);

  PolicyCommand create{.policy = policy, .name = "from elsewhere", .importing = true, .who = "importer"};
  const auto count = static_cast<std::int64_t>(users.size());
  create.max_count = std::max<std::int64_t>(1, count + world_.between(world_.chance(100) ? -3 : 0, 20));
  send(create, kTries);
}

PolicyCommand Crowd::next_chunk(PolicyId policy, const Import& import) {
  PolicyCommand command{.kind = PolicyCommand::Kind::Import, .policy = policy, .who = "importer"};
  const auto all = static_cast<std::int64_t>(import.coupons.size());
  const std::int64_t stands = std::min(all, import.stands);  // a node that decides differently may show more
  const std::int64_t until = std::min(all, stands + import.chunk_most);
  command.chunk.first = stands + 1;
  command.chunk.coupons.assign(import.coupons.begin() + stands, import.coupons.begin() + until);
  if (until < all || (until > stands && world_.chance(300))) return command;
  ImportChunk::Total& total = command.chunk.total.emplace();
  total.count = all;
  std::int64_t sequence = 0;
  for (const ImportedCoupon& coupon : import.coupons) total.hash += hash_of_imported(++sequence, coupon);
  if (import.wrong) ++total.hash;
  command.chunk.paused = import.paused;
  return command;
}

/// The policy was shown, by the answer to a create or a chunk: the import goes on from where it stands. Where
/// it gets no further it is given up, and its policy closed.
void Crowd::go_on_importing(const Policy& policy) {
  const auto found = imports_.find(policy.id);
  if (found == imports_.end()) return;
  Import& import = found->second;
  if (policy.state != PolicyState::Importing) {
    if (policy.last_sequence > 0 && policy.state != PolicyState::Closed) world_.saw("import ended");
    imports_.erase(found);
    return;
  }
  if (std::exchange(import.stands, policy.last_sequence) == policy.last_sequence && ++import.stuck > 3) {
    world_.saw("import given up");
    imports_.erase(found);
    return send({.kind = PolicyCommand::Kind::Close, .policy = policy.id, .who = "importer"}, kTries);
  }
  later(milliseconds{world_.between(1, 400)}, [this, id = policy.id] {
    const auto still = imports_.find(id);
    if (still != imports_.end()) send(next_chunk(id, still->second), kTries);
  });
}

}  // namespace firstcome::simulation
