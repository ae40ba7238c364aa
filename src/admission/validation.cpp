#include "admission/validation.h"

#include <algorithm>

#include "admission/early_refusal.h"
#include "decide/evaluate.h"

namespace firstcome::admission {

bool Validation::ask(std::uint64_t token, const WaitingRequest& request, Now now) {
  using Sent = Validator::Sent;
  switch (parts_.validator.ask({token, request.partition, request.policy, request.user, request.ordinal},
                               now.steady)) {
    case Sent::Sent: break;
    case Sent::Away: count(Validated::Away); return false;
    case Sent::Full: count(Validated::Full); return false;
  }
  requests_.emplace(token, request);
  deadlines_.emplace_back(now.steady + parts_.timeout, token);
  return true;
}

std::optional<WaitingRequest> Validation::take(std::uint64_t token) {
  const auto found = requests_.find(token);
  if (found == requests_.end()) return std::nullopt;
  const WaitingRequest request = found->second;
  requests_.erase(found);
  return request;
}

std::optional<std::pair<std::uint64_t, WaitingRequest>> Validation::take_late(Instant now) {
  while (!deadlines_.empty() && deadlines_.front().first <= now) {
    const std::uint64_t token = deadlines_.front().second;
    deadlines_.pop_front();
    if (const auto request = take(token)) {
      count(Validated::Late);
      return std::pair{token, *request};
    }
  }
  return std::nullopt;
}

/// The store can be any time behind the journal. Its rows are used for the position of this edge only if no record between
/// the two positions can change the refusal:
/// - no command: the stored revision is the newest that this edge has;
/// - no coupon: the policy refused all users at the stored position, and refuses for the same reason here. The coupon of an
///   ordinal is the same forever, until the policy is closed;
/// - no cancel, which may have returned a place to a policy that was sold out: the snapshot of this edge is sold out, too.
/// The age of the position is limited as for refusals from memory: the replica must be fresh.
std::optional<Reply> Validation::refuse(const WaitingRequest& request, const Stored* stored,
                                        replica::PolicySnapshotReader& views, const Limits& limits, Now now) {
  const auto pass = [this](Validated why) {
    count(why);
    return std::nullopt;
  };
  if (stored == nullptr) return pass(Validated::Away);
  const replica::PartitionStatus& status = views.snapshots().partition(request.partition);
  const auto steady_ms = std::chrono::duration_cast<milliseconds>(now.steady.time_since_epoch());
  if (status.fresh_as_of_ms < (steady_ms - limits.max_staleness).count()) return pass(Validated::Stale);
  if (stored->era != parts_.era) return pass(Validated::Stale);
  // Read before the snapshot, which is then at least as new.
  const Offset decided = status.decided;
  const Timestamp clock = std::max(stored->clock, from_millis(status.clock_ms));
  Reply reply{.policy = request.policy,
              .user = request.user,
              .ordinal = request.ordinal,
              .as_of = AsOf{{request.partition, std::max(decided, stored->next_offset)}, clock},
              .by_database = true};

  const replica::PolicySnapshot* known = views.view(request.policy);
  if (!stored->policy) {
    if (known != nullptr) return pass(Validated::Stale);
    reply.decision.code = Code::UnknownPolicy;
    count(Validated::Refused);
    return reply;
  }
  const Policy& policy = *stored->policy;
  if (known != nullptr && policy.revision < known->policy.revision) return pass(Validated::Stale);
  auto refusal =
      early_refusal(std::move(reply), policy, stored->held, /*listed=*/true, now.wall, limits.start_slack);
  if (!refusal) return pass(Validated::Passed);
  const Code code = refusal->decision.code;
  if (code != Code::AlreadyIssued && decide::evaluate_issue(policy, stored->clock) != code) {
    return pass(Validated::Stale);  // it may have granted coupons between the two positions
  }
  if (code == Code::SoldOut && policy.on_cancel == OnCancel::Return && stored->next_offset < decided) {
    if (known == nullptr || known->policy.active_count < known->policy.max_count)
      return pass(Validated::Stale);
    refusal->as_of->place.offset = std::max(decided, known->as_of);
  }
  count(Validated::Refused);
  return refusal;
}

}  // namespace firstcome::admission
