#include "load/workload.h"

namespace firstcome::load {

Workload::Workload(const Plan& plan, int thread)
    : users_(plan.users),
      first_user_(plan.first_user),
      thread_(thread),
      threads_(plan.threads),
      policies_(plan.policies.size()),
      twice_(plan.twice),
      break_off_(plan.break_off),
      fixed_(plan.fixed) {}

Press Workload::next() {
  next_subject();
  Press press{.policy = static_cast<std::uint16_t>(policy_),
              .user = UserId{first_user_ + place_ * threads_ + thread_}};
  press.fixed = fixed_.next();
  if (break_off_.next()) {
    press.fate = cut_answer_ ? Press::Fate::CutWhileAnswering : Press::Fate::CutWhileSending;
    cut_answer_ = !cut_answer_;
  }
  return press;
}

/// A user asks every policy before the next user does.
void Workload::next_subject() {
  if (again_) {
    again_ = false;
    return;
  }
  if (begun_ && ++policy_ == policies_) {
    policy_ = 0;
    ++place_;
    if (users_ > 0 && place_ * threads_ + thread_ >= users_) place_ = 0;
  }
  begun_ = true;
  again_ = twice_.next();
}

}  // namespace firstcome::load
