#include "admission/admission.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "admission/early_refusal.h"
#include "admission/unavailable.h"
#include "domain/check.h"
#include "domain/home.h"
#include "journal/record_json.h"

namespace firstcome::admission {
namespace {

bool is_fresh(const replica::PartitionStatus& status, milliseconds max_staleness, Now now) {
  const auto steady_ms = std::chrono::duration_cast<milliseconds>(now.steady.time_since_epoch());
  return status.fresh_as_of_ms >= (steady_ms - max_staleness).count();
}

Reply refusal(ReplyKind kind, PolicyId policy, UserId user, std::string_view detail) {
  return {.kind = kind, .policy = policy, .user = user, .detail = detail};
}

}  // namespace

Admission::Admission(const replica::PolicySnapshots& snapshots, journal::Appender& appender,
                     std::uint32_t sender, const journal::RecordMac& record_mac, Settings settings,
                     Answered answered, std::optional<Validation::Parts> validation,
                     std::function<void(Partition)> ask_end)
    : snapshots_(snapshots),
      views_(snapshots),
      appender_(appender),
      sender_(sender),
      record_mac_(record_mac),
      settings_(settings),
      answered_(std::move(answered)),
      unknown_(views_, settings_.unknown_policies, std::move(ask_end)),
      pending_by_partition_(static_cast<std::size_t>(snapshots.partitions())) {
  if (validation) validation_.emplace(*std::move(validation));
}

std::optional<Reply> Admission::issue(Caller caller, PolicyId policy, UserId user, Wait wait, Now now) {
  const WaitingRequest request{.caller = caller,
                               .policy = policy,
                               .user = user,
                               .partition = home(policy, snapshots_.homes()),
                               .respond_async = wait.respond_async,
                               .until = now.steady + wait.most};
  if (auto refused = refuse_unavailable(policy, user, request.partition)) return refused;
  if (!validation_) {
    if (is_unknown(request, now)) return wait_for_policy(request);
    if (auto refused = refuse_early(policy, user, request.partition, now)) return refused;
  }
  if (auto refused = refuse_overload(policy, user, request.partition)) return refused;

  const std::uint64_t sequence_number = next_sequence_number();
  if (validation_ && validation_->ask(sequence_number, request, now)) {
    add_pending(policy, request.partition);
    return std::nullopt;
  }
  return append_request(sequence_number, request, now);
}

std::optional<Reply> Admission::append_request(std::uint64_t sequence_number, const WaitingRequest& request,
                                               Now now) {
  value_.clear();
  journal::encode(IssueRequest{request.user, request.policy, sequence_number}, now.wall, value_);
  const Waiter waiter{.caller = request.caller,
                      .policy = request.policy,
                      .user = request.user,
                      .partition = request.partition,
                      .respond_async = request.respond_async};
  return append(std::nullopt, sequence_number, waiter, request.until);
}

std::optional<Reply> Admission::command(Caller caller, PolicyCommand command, Wait wait, Now now) {
  CHECK(command.policy.valid());
  const Partition partition = home(command.policy, snapshots_.homes());
  if (auto refused = refuse_unavailable(command.policy, UserId{}, partition)) return refused;
  if (auto refused = refuse_overload(command.policy, UserId{}, partition)) return refused;

  fill_in_revision(command);
  command.sequence_number = next_sequence_number();
  value_ = journal::encode(command);
  const Waiter waiter{
      .caller = caller, .policy = command.policy, .partition = partition, .respond_async = false};
  return append(journal::Header{journal::kKindHeader, "policy"}, command.sequence_number, waiter,
                now.steady + wait.most);
}

/// Fills in the revision that this edge has. If the policy has another one when the command is decided, the result is
/// STALE.
void Admission::fill_in_revision(PolicyCommand& command) {
  using Kind = PolicyCommand::Kind;
  if (command.revision || command.kind == Kind::Create || command.kind == Kind::Import) return;
  const replica::PolicySnapshot* view = views_.view(command.policy);
  command.revision = view == nullptr ? 0 : view->policy.revision;
}

/// The waiter is added after the append: this thread itself calls on_answers, so no answer can arrive before it.
std::optional<Reply> Admission::append(std::optional<journal::Header> kind, std::uint64_t sequence_number,
                                       const Waiter& waiter, Instant until) {
  char key[20];
  const auto key_end = std::to_chars(key, key + sizeof key, waiter.policy.value).ptr;
  journal::Append append{.partition = waiter.partition,
                         .token = sequence_number,
                         .key = std::string_view(key, static_cast<std::size_t>(key_end - key)),
                         .value = value_};
  std::array<journal::Header, 2> headers;
  std::string mac;
  if (kind) {
    headers[0] = *kind;
    mac = record_mac_.compute(append.partition, append.key, append.value, {headers.data(), 1});
    headers[1] = {journal::kMacHeader, mac};
    append.headers = headers;
  }
  if (!appender_.try_append(append)) {
    return refusal(
        ReplyKind::Overloaded, waiter.policy, waiter.user,
        "The journal has not acknowledged the earlier records of this node, and the queue for it is full. Nothing was "
        "appended. Try again later.");
  }
  waiters_.emplace(sequence_number, waiter);
  add_pending(waiter.policy, waiter.partition);
  const Deadline deadline{until, sequence_number};
  if (ordinary_deadlines_.empty() || ordinary_deadlines_.back().at <= deadline.at) {
    ordinary_deadlines_.push_back(deadline);
  } else {
    other_deadlines_.push(deadline);
  }
  return std::nullopt;
}

// --- refusing -----------------------------------------------------------------------------------------

std::optional<Reply> Admission::refuse_unavailable(PolicyId policy, UserId user, Partition partition) const {
  const std::string_view why =
      unavailable_reason(snapshots_.partition(partition).health.load(std::memory_order_acquire));
  if (why.empty()) return std::nullopt;
  return refusal(ReplyKind::Unavailable, policy, user, why);
}

/// Refuses by the published snapshot, and only while that is fresh. The position is read before the snapshot, so the
/// snapshot is at least as new, and the refusal is correct at the position that it names.
std::optional<Reply> Admission::refuse_early(PolicyId policy, UserId user, Partition partition, Now now) {
  const replica::PartitionStatus& status = snapshots_.partition(partition);
  if (!is_fresh(status, settings_.max_staleness, now)) return std::nullopt;
  const Offset decided = status.decided;
  const Timestamp partition_clock = from_millis(status.clock_ms);

  Reply reply{.policy = policy, .user = user, .as_of = AsOf{{partition, decided}, partition_clock}};
  const replica::PolicySnapshot* view = views_.view(policy);
  // Unknown, or it still granted in this snapshot: append the request.
  if (view == nullptr || !view->knows_owners) return std::nullopt;
  reply.as_of->place.offset = std::max(decided, view->as_of);
  reply.as_of->clock = std::max(partition_clock, view->clock);
  return early_refusal(std::move(reply), view->policy, view->find_owned(user), now.wall,
                       settings_.start_slack);
}

std::optional<Reply> Admission::refuse_overload(PolicyId policy, UserId user, Partition partition) const {
  if (snapshots_.partition(partition).unsaved > settings_.max_unsaved) {
    return refusal(ReplyKind::Overloaded, policy, user, "Too many decisions are not saved yet.");
  }
  if (pending_by_partition_[static_cast<std::size_t>(partition)] >= settings_.max_pending_partition) {
    return refusal(ReplyKind::Overloaded, policy, user, "Too many requests of this partition are waiting.");
  }
  const auto pending = pending_by_policy_.find(policy);
  if (pending != pending_by_policy_.end() && pending->second >= settings_.max_pending_policy) {
    return refusal(ReplyKind::Overloaded, policy, user, "Too many requests for this policy are waiting.");
  }
  return std::nullopt;
}

// --- unknown policies ---

bool Admission::is_unknown(const WaitingRequest& request, Now now) {
  return is_fresh(snapshots_.partition(request.partition), settings_.max_staleness, now) &&
         views_.view(request.policy) == nullptr;
}

std::optional<Reply> Admission::wait_for_policy(const WaitingRequest& request) {
  const bool waits = unknown_.wait(
      request.policy, request.partition,
      [this, request](UnknownPolicies::Verdict verdict, Now now) { after_wait(request, verdict, now); });
  if (waits) return std::nullopt;
  return refusal(ReplyKind::Overloaded, request.policy, request.user,
                 "Too many requests for unknown policies are waiting.");
}

void Admission::after_wait(const WaitingRequest& request, UnknownPolicies::Verdict verdict, Now now) {
  const replica::PartitionStatus& status = snapshots_.partition(request.partition);
  // Read before the snapshot, which is then at least as new.
  const AsOf as_of{{request.partition, status.decided}, from_millis(status.clock_ms)};
  auto reply = refuse_unavailable(request.policy, request.user, request.partition);
  if (!reply && verdict == UnknownPolicies::Verdict::Unknown && views_.view(request.policy) == nullptr) {
    reply = Reply{.policy = request.policy, .user = request.user, .as_of = as_of};
    reply->decision.code = Code::UnknownPolicy;
  }
  if (!reply && verdict == UnknownPolicies::Verdict::NotChecked) {
    reply = refusal(ReplyKind::Unavailable, request.policy, request.user,
                    "This node cannot check now if this policy exists. Try again.");
  }
  if (!reply && !validation_) reply = refuse_early(request.policy, request.user, request.partition, now);
  if (!reply) reply = refuse_overload(request.policy, request.user, request.partition);
  if (!reply) reply = append_request(next_sequence_number(), request, now);
  if (reply) answered_(request.caller, *reply);
}

// --- validation by the database ---

void Admission::on_validated(std::uint64_t token, const Stored* stored, Now now) {
  const auto request = validation_->take(token);
  if (!request) return;  // the timeout has passed, and the request was appended
  const Validation::Limits limits{settings_.max_staleness, settings_.start_slack};
  after_validation(token, *request, validation_->refuse(*request, stored, views_, limits, now), now);
}

void Admission::after_validation(std::uint64_t token, const WaitingRequest& request,
                                 std::optional<Reply> refusal, Now now) {
  remove_pending(request.policy, request.partition);
  if (!validation_->waits(request.caller)) return;  // the caller has closed the connection: append nothing
  auto reply = refuse_unavailable(request.policy, request.user, request.partition);
  // A policy that the database does not have may have been created a moment ago.
  const bool unknown = refusal && refusal->decision.code == Code::UnknownPolicy;
  if (!reply && unknown) {
    reply = wait_for_policy(request);
    if (!reply) return;
  }
  if (!reply) reply = std::move(refusal);
  if (!reply) reply = append_request(token, request, now);
  if (reply) answered_(request.caller, *reply);
}

// --- answering ----------------------------------------------------------------------------------------

void Admission::on_answers(std::span<const replica::Answer> answers) {
  for (const replica::Answer& answer : answers) {
    const auto found = waiters_.find(answer.sequence_number);
    if (found == waiters_.end()) continue;
    const Waiter& waiter = found->second;
    if (waiter.policy != answer.policy || waiter.user != answer.user) continue;
    finish(found, {.decision = answer.decision,
                   .policy = answer.policy,
                   .user = answer.user,
                   .place = Place{answer.partition, answer.offset},
                   .issue_starts_at = answer.issue_starts_at,
                   .policy_after = answer.policy_after});
  }
}

void Admission::on_acknowledged(std::span<const journal::Acknowledgement> acknowledgements) {
  for (const journal::Acknowledgement& acknowledgement : acknowledgements) {
    const auto found = waiters_.find(acknowledgement.token);
    if (found == waiters_.end()) continue;  // the decision arrived before the acknowledgement
    Waiter& waiter = found->second;
    switch (acknowledgement.outcome) {
      case journal::AppendOutcome::Appended:
        if (acknowledgement.offset) waiter.acknowledged_at = acknowledgement.offset;
        if (waiter.respond_async && waiter.acknowledged_at) finish(found, pending_reply(waiter));
        break;
      case journal::AppendOutcome::NotPersisted:
        finish(found, refusal(ReplyKind::Unavailable, waiter.policy, waiter.user,
                              "The record could not be written to the journal. Try again."));
        break;
      case journal::AppendOutcome::PossiblyPersisted: break;  // the decision may still arrive within the wait
    }
  }
}

void Admission::on_time(Now now) {
  unknown_.on_time(now);
  while (validation_) {
    const auto late = validation_->take_late(now.steady);
    if (!late) break;
    after_validation(late->first, late->second, std::nullopt, now);
  }
  while (!ordinary_deadlines_.empty() && ordinary_deadlines_.front().at <= now.steady) {
    expire(ordinary_deadlines_.front().sequence_number);
    ordinary_deadlines_.pop_front();
  }
  while (!other_deadlines_.empty() && other_deadlines_.top().at <= now.steady) {
    expire(other_deadlines_.top().sequence_number);
    other_deadlines_.pop();
  }
}

void Admission::expire(std::uint64_t sequence_number) {
  const auto found = waiters_.find(sequence_number);
  if (found == waiters_.end()) return;
  const Waiter& waiter = found->second;
  // A command has no ticket, so it cannot be looked up later.
  const bool has_ticket = waiter.acknowledged_at && waiter.user.valid();
  finish(found, has_ticket ? pending_reply(waiter)
                           : refusal(ReplyKind::OutcomeUnknown, waiter.policy, waiter.user, {}));
}

Reply Admission::pending_reply(const Waiter& waiter) {
  return {.kind = ReplyKind::Pending,
          .policy = waiter.policy,
          .user = waiter.user,
          .place = Place{waiter.partition, *waiter.acknowledged_at}};
}

void Admission::finish(Waiters::iterator found, const Reply& reply) {
  const Waiter waiter = found->second;
  waiters_.erase(found);
  remove_pending(waiter.policy, waiter.partition);
  answered_(waiter.caller, reply);
}

void Admission::add_pending(PolicyId policy, Partition partition) {
  ++pending_by_partition_[static_cast<std::size_t>(partition)];
  ++pending_by_policy_[policy];
}

void Admission::remove_pending(PolicyId policy, Partition partition) {
  --pending_by_partition_[static_cast<std::size_t>(partition)];
  const auto of_policy = pending_by_policy_.find(policy);
  if (--of_policy->second == 0) pending_by_policy_.erase(of_policy);
}

std::uint64_t Admission::next_sequence_number() {
  constexpr std::uint64_t kCounterMask = (std::uint64_t{1} << replica::kSenderShift) - 1;
  counter_ = (counter_ + 1) & kCounterMask;
  return (std::uint64_t{sender_} << replica::kSenderShift) | counter_;
}

}  // namespace firstcome::admission
