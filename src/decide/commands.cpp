#include "decide/commands.h"

#include <algorithm>
#include <utility>

#include "domain/check.h"

namespace firstcome::decide {
namespace {

void set(std::optional<Timestamp>& field, const Changed<Timestamp>& change) {
  if (change.named) field = change.value;
}

bool ends_after_start(std::optional<Timestamp> start, std::optional<Timestamp> end) {
  return !start || !end || *start < *end;
}

/// Sets the fields that the command contains, then validates the whole policy. Create and change share these
/// rules.
RefusalReason set_terms(const PolicyCommand& command, Policy& policy) {
  if (command.name) policy.name = *command.name;
  if (command.max_count) policy.max_count = *command.max_count;
  if (command.per_user_limit) policy.per_user_limit = *command.per_user_limit;
  set(policy.issue_starts_at, command.issue_starts_at);
  set(policy.issue_ends_at, command.issue_ends_at);
  set(policy.valid_from, command.valid_from);
  set(policy.valid_until, command.valid_until);
  if (command.valid_for.named) policy.valid_for = command.valid_for.value;
  if (command.on_cancel) policy.on_cancel = *command.on_cancel;
  if (command.reissue) policy.reissue = *command.reissue;

  if (policy.name.empty() || policy.name.size() > kPolicyNameLimit) return RefusalReason::BadName;
  const bool has_list = policy.codes == CodeKind::Imported;
  if (policy.max_count < (has_list ? 0 : 1) || policy.max_count > kMaxCountLimit) {
    return RefusalReason::BadMaxCount;
  }
  if (has_list && policy.max_count > policy.code_count) return RefusalReason::AboveCodes;
  // With RETURN there would be more sequences than maxCount, so the last coupons would have no code.
  if (has_list && policy.on_cancel == OnCancel::Return) return RefusalReason::CodesAreSpent;
  if (policy.max_count < policy.active_count) return RefusalReason::BelowActive;
  if (policy.per_user_limit < 1 || policy.per_user_limit > kPerUserLimitMost) {
    return RefusalReason::BadPerUserLimit;
  }
  if (!ends_after_start(policy.issue_starts_at, policy.issue_ends_at)) return RefusalReason::BadWindow;
  if (!ends_after_start(policy.valid_from, policy.valid_until)) return RefusalReason::BadWindow;
  if (policy.valid_for && (*policy.valid_for < kShortestValidFor || *policy.valid_for > kLongestValidFor)) {
    return RefusalReason::BadValidFor;
  }
  return RefusalReason::None;
}

RefusalReason set_codes(const PolicyCommand& command, Policy& policy) {
  policy.codes = command.codes.value_or(CodeKind::None);
  policy.code_prefix = command.code_prefix.value_or("");
  if (policy.codes == CodeKind::Imported) policy.on_cancel = OnCancel::Keep;
  if (policy.codes == CodeKind::Imported && command.importing) return RefusalReason::CodesAndImported;
  const bool is_valid =
      policy.codes == CodeKind::Generated ? is_code_prefix(policy.code_prefix) : policy.code_prefix.empty();
  return is_valid ? RefusalReason::None : RefusalReason::BadCodes;
}

RefusalReason create(const PolicyCommand& command, Policy& policy) {
  if (!command.name || !command.max_count) return RefusalReason::MissingField;
  if (command.importing) policy.state = PolicyState::Importing;
  policy.create_key = command.create_key;
  policy.eligible = command.eligible.value_or(Eligible::Everyone);
  if (policy.eligible == Eligible::Listed && command.importing) return RefusalReason::ListedAndImported;
  const RefusalReason reason = set_codes(command, policy);
  return reason == RefusalReason::None ? set_terms(command, policy) : reason;
}

RefusalReason change_in_place(const PolicyCommand& command, Timestamp clock, Policy& policy) {
  using Kind = PolicyCommand::Kind;
  const bool importing = policy.state == PolicyState::Importing;
  if (importing && command.kind != Kind::Import && command.kind != Kind::Close) {
    return RefusalReason::BeingImported;
  }
  switch (command.kind) {
    case PolicyCommand::Kind::Create: return create(command, policy);
    case PolicyCommand::Kind::Change:
      if (command.codes || command.code_prefix) return RefusalReason::CodesAreFixed;
      if (command.eligible) return RefusalReason::EligibleIsFixed;
      return set_terms(command, policy);
    case PolicyCommand::Kind::Pause: policy.state = PolicyState::Paused; return RefusalReason::None;
    case PolicyCommand::Kind::Resume: policy.state = PolicyState::Active; return RefusalReason::None;
    case PolicyCommand::Kind::Close:
      policy.state = PolicyState::Closed;
      if (importing) policy.valid_until = std::min(policy.valid_until.value_or(clock), clock);
      return RefusalReason::None;
    case PolicyCommand::Kind::Import:
      if (!importing) return RefusalReason::NotImporting;
      if (command.chunk.total)
        policy.state = command.chunk.paused ? PolicyState::Paused : PolicyState::Active;
      return RefusalReason::None;
    case PolicyCommand::Kind::List:
      return policy.eligible == Eligible::Listed ? RefusalReason::None : RefusalReason::NotListed;
    case PolicyCommand::Kind::Codes:
      return policy.codes == CodeKind::Imported ? RefusalReason::None : RefusalReason::CodesNotImported;
  }
  CHECK(false);
}

}  // namespace

RefusalReason apply_command(const PolicyCommand& command, Timestamp clock, Policy& policy) {
  Policy after = policy;
  const RefusalReason reason = change_in_place(command, clock, after);
  if (reason == RefusalReason::None) policy = std::move(after);
  return reason;
}

}  // namespace firstcome::decide
