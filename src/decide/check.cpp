#include "decide/check.h"

namespace firstcome::decide {

Code check_issue(const Policy& policy, Timestamp clock) {
  if (policy.state == PolicyState::Closed) return Code::Closed;
  if (policy.issue_starts_at && clock < *policy.issue_starts_at) return Code::NotStarted;
  if (policy.issue_ends_at && clock >= *policy.issue_ends_at) return Code::Ended;
  if (policy.state == PolicyState::Paused) return Code::Paused;
  if (policy.active_count >= policy.max_count) return Code::SoldOut;
  return Code::Success;
}

Code check_request(const Policy& policy, Timestamp clock, const Holding* held) {
  if (policy.state == PolicyState::Closed) return Code::Closed;
  if (held != nullptr) return Code::AlreadyIssued;
  return check_issue(policy, clock);
}

}  // namespace firstcome::decide
