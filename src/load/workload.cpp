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

PlannedRequest Workload::next() {
  advance();
  PlannedRequest request{.kind = fixed_.next() ? PlannedRequest::Kind::Fixed : PlannedRequest::Kind::Coupon,
                         .policy = static_cast<std::uint16_t>(policy_),
                         .user = UserId{first_user_ + index_ * threads_ + thread_}};
  if (break_off_.next()) {
    request.cut = cut_answer_ ? PlannedRequest::Cut::WhileReceiving : PlannedRequest::Cut::WhileSending;
    cut_answer_ = !cut_answer_;
  }
  return request;
}

/// A user requests every policy before the next user begins.
void Workload::advance() {
  if (again_) {
    again_ = false;
    return;
  }
  if (begun_ && ++policy_ == policies_) {
    policy_ = 0;
    ++index_;
    if (users_ > 0 && index_ * threads_ + thread_ >= users_) index_ = 0;
  }
  begun_ = true;
  again_ = twice_.next();
}

std::optional<PlannedRequest> CouponUse::next(const PlannedRequest& won, std::int64_t sequence) {
  PlannedRequest command{.kind = PlannedRequest::Kind::Command,
                         .policy = won.policy,
                         .user = won.user,
                         .sequence = static_cast<std::int32_t>(sequence)};
  cancels_due_ += cancel_.next() ? 1 : 0;
  if (use_.next()) return command;
  if (cancels_due_ == 0) return std::nullopt;
  --cancels_due_;
  command.command = CouponCommand::Kind::Cancel;
  return command;
}

}  // namespace firstcome::load
