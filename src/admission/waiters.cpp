#include "admission/waiters.h"

#include <bit>
#include <utility>

#include "domain/check.h"

namespace firstcome::admission {
std::size_t Waiters::AskedHash::operator()(const Asked& asked) const noexcept {
  // The hash is avalanching without the ordinal, which is almost always 1.
  return (std::rotl(IdHash{}(asked.policy), 29) ^ IdHash{}(asked.user)) +
         static_cast<std::size_t>(asked.ordinal);
}

Waiters::Waiters(std::size_t partitions, Answered answered, Again again)
    : answered_(std::move(answered)), again_(std::move(again)), pending_by_partition_(partitions) {}

void Waiters::add(std::uint64_t number, const WaitingRequest& request) {
  records_.emplace(number, Record{.request = request});
  if (request.user.valid()) under_way_.try_emplace({request.policy, request.user, request.ordinal}, number);
  add_pending(request.policy, request.partition);
  if (ordinary_deadlines_.empty() || ordinary_deadlines_.back().at <= request.until) {
    ordinary_deadlines_.push_back({request.until, number});
  } else {
    other_deadlines_.push({request.until, number});
  }
}

bool Waiters::join(std::uint64_t number, WaitingRequest request, Now now) {
  const auto found = under_way_.find({request.policy, request.user, request.ordinal});
  if (found == under_way_.end()) return false;
  const std::uint64_t joins = found->second;
  Record& record = records_.at(joins);
  ++record.joined;
  // Its 202 follows with the next on_time().
  if (request.respond_async && record.acknowledged_at) request.until = now.steady;
  joined_.emplace(JoinedNumber{joins, number}, request);
  joined_deadlines_.push({request.until, {joins, number}});
  return true;
}

void Waiters::on_answer(const replica::Answer& answer, Now now) {
  const auto found = records_.find(answer.sequence_number);
  if (found == records_.end()) return;
  const WaitingRequest& request = found->second.request;
  if (request.policy != answer.policy || request.user != answer.user) return;
  finish(found,
         {.decision = answer.decision,
          .policy = answer.policy,
          .user = answer.user,
          .ordinal = request.ordinal,
          .place = Place{answer.partition, answer.offset},
          .read_at = answer.read_at,
          .issue_starts_at = answer.issue_starts_at,
          .policy_after = answer.policy_after,
          .coupon_after = answer.coupon_after},
         now);
}

void Waiters::on_acknowledged(const journal::Acknowledgement& acknowledgement, Now now) {
  const auto found = records_.find(acknowledgement.token);
  if (found == records_.end()) return;  // the decision arrived before the acknowledgement
  const WaitingRequest& request = found->second.request;
  switch (acknowledgement.outcome) {
    case journal::AppendOutcome::Appended:
      if (!acknowledgement.offset) break;
      found->second.acknowledged_at = acknowledgement.offset;
      acknowledged(found);
      break;
    case journal::AppendOutcome::NotPersisted:
      finish(found,
             {.kind = ReplyKind::Unavailable,
              .policy = request.policy,
              .user = request.user,
              .ordinal = request.ordinal,
              .detail = "The record could not be written to the journal. Try again."},
             now);
      break;
    case journal::AppendOutcome::PossiblyPersisted: break;  // the decision may still arrive within the wait
  }
}

/// Answers those who asked for a 202 at the acknowledgement.
void Waiters::acknowledged(Records::iterator found) {
  const std::uint64_t number = found->first;
  std::vector<JoinedNumber> async;
  if (found->second.joined > 0) {
    for (auto next = joined_.lower_bound({number, 0}); next != joined_.end() && next->first.first == number;
         ++next) {
      if (next->second.respond_async) async.push_back(next->first);
    }
  }
  if (found->second.request.respond_async) expire(number);
  for (const JoinedNumber& each : async) expire(each);
}

void Waiters::on_time(Instant now) {
  while (!ordinary_deadlines_.empty() && ordinary_deadlines_.front().at <= now) {
    const std::uint64_t number = ordinary_deadlines_.front().number;
    ordinary_deadlines_.pop_front();
    expire(number);
  }
  while (!other_deadlines_.empty() && other_deadlines_.top().at <= now) {
    const std::uint64_t number = other_deadlines_.top().number;
    other_deadlines_.pop();
    expire(number);
  }
  while (!joined_deadlines_.empty() && joined_deadlines_.top().at <= now) {
    const JoinedNumber number = joined_deadlines_.top().number;
    joined_deadlines_.pop();
    expire(number);
  }
}

void Waiters::expire(std::uint64_t number) {
  const auto found = records_.find(number);
  if (found == records_.end() || found->second.answered) return;
  const WaitingRequest request = found->second.request;
  const Reply reply = late_reply(request, found->second);
  if (found->second.joined > 0) {
    found->second.answered = true;
  } else {
    remove(found);
  }
  answered_(request.caller, reply);
}

void Waiters::expire(JoinedNumber number) {
  const auto joined = joined_.find(number);
  if (joined == joined_.end()) return;
  const WaitingRequest request = joined->second;
  joined_.erase(joined);
  const auto found = records_.find(number.first);
  CHECK(found != records_.end());
  Record& record = found->second;
  const Reply reply = late_reply(request, record);
  if (--record.joined == 0 && record.answered) remove(found);
  answered_(request.caller, reply);
}

void Waiters::finish(Records::iterator found, const Reply& reply, Now now) {
  const std::uint64_t number = found->first;
  const Record record = found->second;
  remove(found);
  std::vector<WaitingRequest> joined;
  if (record.joined > 0) {
    const auto first = joined_.lower_bound({number, 0});
    auto end = first;
    for (; end != joined_.end() && end->first.first == number; ++end) joined.push_back(end->second);
    joined_.erase(first, end);
  }
  // From here on nothing refers to the record: an answer may cause the next request.
  if (!record.answered) answered_(record.request.caller, reply);
  for (const WaitingRequest& request : joined) again_(request, now);
}

void Waiters::remove(Records::iterator found) {
  const WaitingRequest& request = found->second.request;
  remove_pending(request.policy, request.partition);
  const auto asked = under_way_.find({request.policy, request.user, request.ordinal});
  if (asked != under_way_.end() && asked->second == found->first) under_way_.erase(asked);
  records_.erase(found);
}

Reply Waiters::pending_reply(const WaitingRequest& request, Offset offset) {
  return {.kind = ReplyKind::Pending,
          .policy = request.policy,
          .user = request.user,
          .ordinal = request.ordinal,
          .place = Place{request.partition, offset}};
}

Reply Waiters::late_reply(const WaitingRequest& request, const Record& record) {
  // A command has no ticket, so it cannot be looked up later.
  if (record.acknowledged_at && request.user.valid()) return pending_reply(request, *record.acknowledged_at);
  return {.kind = ReplyKind::OutcomeUnknown, .policy = request.policy, .user = request.user};
}

void Waiters::add_pending(PolicyId policy, Partition partition) {
  ++pending_by_partition_[static_cast<std::size_t>(partition)];
  ++pending_by_policy_[policy];
}

void Waiters::remove_pending(PolicyId policy, Partition partition) {
  --pending_by_partition_[static_cast<std::size_t>(partition)];
  const auto of_policy = pending_by_policy_.find(policy);
  if (--of_policy->second == 0) pending_by_policy_.erase(of_policy);
}

std::optional<Caller> Waiters::caller_of(std::uint64_t number) const {
  const auto found = records_.find(number);
  return found == records_.end() ? std::nullopt : std::optional(found->second.request.caller);
}

std::size_t Waiters::pending_of(PolicyId policy) const {
  const auto found = pending_by_policy_.find(policy);
  return found == pending_by_policy_.end() ? 0 : found->second;
}

}  // namespace firstcome::admission
