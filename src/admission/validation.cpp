#include "admission/validation.h"

#include <algorithm>

#include "admission/early_refusal.h"
#include "decide/evaluate.h"

namespace firstcome::admission {

bool Validation::ask(std::uint64_t token, const Asking& asking, Now now) {
  using Asked = Validator::Asked;
  switch (parts_.validator.ask(token, asking.partition, asking.policy, asking.user, now.steady)) {
    case Asked::Asked: break;
    case Asked::Away: count(Validated::Away); return false;
    case Asked::Full: count(Validated::Full); return false;
  }
  asking_.emplace(token, asking);
  deadlines_.emplace_back(now.steady + parts_.timeout, token);
  return true;
}

std::optional<Asking> Validation::take(std::uint64_t token) {
  const auto found = asking_.find(token);
  if (found == asking_.end()) return std::nullopt;
  const Asking asking = found->second;
  asking_.erase(found);
  return asking;
}

std::optional<std::pair<std::uint64_t, Asking>> Validation::take_late(Instant now) {
  while (!deadlines_.empty() && deadlines_.front().first <= now) {
    const std::uint64_t token = deadlines_.front().second;
    deadlines_.pop_front();
    if (const auto asking = take(token)) {
      count(Validated::Late);
      return std::pair{token, *asking};
    }
  }
  return std::nullopt;
}

/// What is stored lags the journal, by any time. It is believed of this edge's own place in the journal when
/// nothing that could change the verdict stands between the two:
/// - no command: the revision stored is the newest that this edge knows of;
/// - no coupon: the policy refused everybody at the stored place, and refuses by the same rule here.
///   Whoever holds one keeps it until a command closes the policy.
/// How old that place may be is then the same question as in memory: is the replica fresh?
std::optional<Reply> Validation::refuse(const Asking& asking, const Stored* stored,
                                        replica::PolicySnapshotReader& views, const Limits& limits, Now now) {
  const auto pass = [this](Validated why) {
    count(why);
    return std::nullopt;
  };
  if (stored == nullptr) return pass(Validated::Away);
  const replica::PartitionStatus& status = views.snapshots().partition(asking.partition);
  const auto steady_ms = std::chrono::duration_cast<milliseconds>(now.steady.time_since_epoch());
  if (status.fresh_as_of_ms < (steady_ms - limits.max_staleness).count()) return pass(Validated::Stale);
  if (stored->era != parts_.era) return pass(Validated::Stale);
  // Read before the view, which is then at least as new.
  const Offset decided = status.decided;
  const Timestamp clock = std::max(stored->clock, from_millis(status.clock_ms));
  Reply reply{.policy = asking.policy,
              .user = asking.user,
              .as_of = AsOf{{asking.partition, std::max(decided, stored->next_offset)}, clock}};

  const replica::PolicySnapshot* known = views.view(asking.policy);
  if (!stored->policy) {
    if (known != nullptr) return pass(Validated::Stale);
    reply.decision.code = Code::UnknownPolicy;
    count(Validated::Refused);
    return reply;
  }
  const Policy& policy = *stored->policy;
  if (known != nullptr && policy.revision < known->policy.revision) return pass(Validated::Stale);
  auto refusal = early_refusal(std::move(reply), policy, stored->held, now.wall, limits.start_slack);
  if (!refusal) return pass(Validated::Passed);
  const Code code = refusal->decision.code;
  if (code != Code::AlreadyIssued && decide::evaluate_issue(policy, stored->clock) != code) {
    return pass(Validated::Stale);  // it may have granted in between
  }
  count(Validated::Refused);
  return refusal;
}

}  // namespace firstcome::admission
