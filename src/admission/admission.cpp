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
                     std::function<void(Partition)> ask_end, Traces* traces)
    : snapshots_(snapshots),
      views_(snapshots),
      appender_(appender),
      sender_(sender),
      record_mac_(record_mac),
      settings_(settings),
      answered_(std::move(answered)),
      traces_(traces),
      follows_appends_(traces != nullptr && traces->follows_appends()),
      unknown_(views_, settings_.unknown_policies, std::move(ask_end)),
      waiters_(static_cast<std::size_t>(snapshots.partitions()), answered_,
               [this](const WaitingRequest& request, Now now) { evaluate_again(request, now); }) {
  if (validation) validation_.emplace(*std::move(validation));
}

std::optional<Reply> Admission::issue(Caller caller, PolicyId policy, UserId user, Wait wait, Now now,
                                      std::int32_t ordinal) {
  const WaitingRequest request{.caller = caller,
                               .policy = policy,
                               .user = user,
                               .ordinal = ordinal,
                               .partition = home(policy, snapshots_.homes()),
                               .respond_async = wait.respond_async,
                               .until = now.steady + wait.most};
  if (auto refused = refuse_unavailable(policy, user, request.partition)) return refused;
  if (!validation_ && is_unknown(request, now)) return wait_for_policy(request);
  if (auto refused = refuse_early(request, now)) return refused;
  if (!validation_) return join_or_append(request, now);

  const std::uint64_t sequence_number = next_sequence_number();
  if (join(sequence_number, request, now)) return std::nullopt;
  if (auto refused = refuse_overload(policy, user, request.partition)) return refused;
  if (!validation_->ask(sequence_number, request, now)) return append_request(sequence_number, request, now);
  waiters_.add_pending(policy, request.partition);
  return std::nullopt;
}

bool Admission::join(std::uint64_t sequence_number, const WaitingRequest& request, Now now) {
  if (!waiters_.join(sequence_number, request, now)) return false;
  repeats_[static_cast<std::size_t>(Repeat::Joined)].add();
  return true;
}

std::optional<Reply> Admission::join_or_append(const WaitingRequest& request, Now now) {
  const std::uint64_t sequence_number = next_sequence_number();
  if (join(sequence_number, request, now)) return std::nullopt;
  if (auto refused = refuse_overload(request.policy, request.user, request.partition)) return refused;
  return append_request(sequence_number, request, now);
}

void Admission::evaluate_again(const WaitingRequest& request, Now now) {
  auto reply = refuse_unavailable(request.policy, request.user, request.partition);
  if (!reply) reply = refuse_early(request, now);
  if (!reply) reply = join_or_append(request, now);
  if (reply) answered_(request.caller, *reply);
}

std::optional<Reply> Admission::append_request(std::uint64_t sequence_number, const WaitingRequest& request,
                                               Now now) {
  value_.clear();
  journal::encode(IssueRequest{request.user, request.policy, sequence_number, request.ordinal}, now.wall,
                  value_);
  return append(std::nullopt, sequence_number, request);
}

std::optional<Reply> Admission::command(Caller caller, PolicyCommand command, Wait wait, Now now) {
  fill_in_revision(command);
  return append_command(caller, command, journal::kPolicyKind, wait, now);
}

std::optional<Reply> Admission::command(Caller caller, CouponCommand command, Wait wait, Now now) {
  return append_command(caller, command, journal::kCouponKind, wait, now);
}

template <class Command>
std::optional<Reply> Admission::append_command(Caller caller, Command& command, std::string_view kind,
                                               Wait wait, Now now) {
  CHECK(command.policy.valid());
  const Partition partition = home(command.policy, snapshots_.homes());
  if (auto refused = refuse_unavailable(command.policy, UserId{}, partition)) return refused;
  if (auto refused = refuse_overload(command.policy, UserId{}, partition)) return refused;

  command.sequence_number = next_sequence_number();
  value_ = journal::encode(command);
  return append(journal::Header{journal::kKindHeader, kind}, command.sequence_number,
                {.caller = caller,
                 .policy = command.policy,
                 .partition = partition,
                 .respond_async = false,
                 .until = now.steady + wait.most});
}

/// Fills in the revision that this edge has. If the policy has another one when the command is decided, the result is
/// STALE.
void Admission::fill_in_revision(PolicyCommand& command) {
  if (command.revision || !needs_revision(command.kind)) return;
  const replica::PolicySnapshot* view = views_.view(command.policy);
  command.revision = view == nullptr ? 0 : view->policy.revision;
}

std::optional<Reply> Admission::append(std::optional<journal::Header> kind, std::uint64_t sequence_number,
                                       const WaitingRequest& request) {
  char key[20];
  const auto key_end = std::to_chars(key, key + sizeof key, request.policy.value).ptr;
  journal::Append append{.partition = request.partition,
                         .token = sequence_number,
                         .key = std::string_view(key, static_cast<std::size_t>(key_end - key)),
                         .value = value_};
  std::array<journal::Header, 4> headers;
  std::size_t count = 0;
  if (kind) headers[count++] = *kind;
  if (const TraceContext* trace = traces_ == nullptr ? nullptr : traces_->trace_of(request.caller)) {
    count += journal::write_trace(*trace, std::span(headers).subspan(count));
  }
  std::string mac;
  if (kind) {
    mac = record_mac_.compute(append.partition, append.key, append.value, {headers.data(), count});
    headers[count++] = {journal::kMacHeader, mac};
  }
  append.headers = {headers.data(), count};
  if (!appender_.try_append(append)) {
    return refusal(
        ReplyKind::Overloaded, request.policy, request.user,
        "The journal has not acknowledged the earlier records of this node, and the queue for it is full. Nothing was "
        "appended. Try again later.");
  }
  waiters_.add(sequence_number, request);
  if (follows_appends_) traces_->appended(request.caller);
  return std::nullopt;
}

// --- refusing -----------------------------------------------------------------------------------------

std::optional<Reply> Admission::refuse_unavailable(PolicyId policy, UserId user, Partition partition) const {
  const std::string_view why =
      unavailable_reason(snapshots_.partition(partition).health.load(std::memory_order_acquire));
  if (why.empty()) return std::nullopt;
  return refusal(ReplyKind::Unavailable, policy, user, why);
}

/// Refuses by the published snapshot or by the cached coupon, and only while this node is fresh. The position is read
/// first, then the snapshot, then the cache. Each is at least as new as the one before, so the refusal is correct at the
/// position that it names. With a validator only the cache counts; the rest is for the database to refuse.
std::optional<Reply> Admission::refuse_early(const WaitingRequest& request, Now now) {
  const replica::PartitionStatus& status = snapshots_.partition(request.partition);
  if (!is_fresh(status, settings_.max_staleness, now)) return std::nullopt;
  const Offset decided = status.decided;
  const Timestamp partition_clock = from_millis(status.clock_ms);

  const replica::PolicySnapshot* view = views_.view(request.policy);
  if (view == nullptr) return std::nullopt;
  const Place place{request.partition, std::max(decided, view->as_of)};
  const bool by_snapshot = view->knows_owners && !validation_;
  const auto held =
      by_snapshot ? view->find_owned(request.user, request.ordinal) : find_cached(request, place);
  const bool listed = view->listed == nullptr || view->listed->contains(request.user);
  if (!by_snapshot && !held && listed) return std::nullopt;  // the request can win

  auto refusal = early_refusal({.policy = request.policy,
                                .user = request.user,
                                .ordinal = request.ordinal,
                                .as_of = AsOf{place, std::max(partition_clock, view->clock)}},
                               view->policy, held, listed, now.wall, settings_.start_slack);
  if (refusal && held && !by_snapshot) repeats_[static_cast<std::size_t>(Repeat::Cached)].add();
  return refusal;
}

std::optional<decide::OwnedCoupon> Admission::find_cached(const WaitingRequest& request, Place place) const {
  const auto coupon = snapshots_.coupons().find(request.policy, request.user);
  if (!coupon || coupon->ordinal != request.ordinal || coupon->as_of > place.offset) return std::nullopt;
  if (coupon->load != snapshots_.partition(place.partition).loads) return std::nullopt;
  return decide::OwnedCoupon{coupon->sequence, coupon->issued_at, coupon->ordinal};
}

std::optional<Reply> Admission::refuse_overload(PolicyId policy, UserId user, Partition partition) const {
  if (snapshots_.partition(partition).unsaved > settings_.max_unsaved) {
    return refusal(ReplyKind::Overloaded, policy, user, "Too many decisions are not saved yet.");
  }
  if (waiters_.pending_of(partition) >= settings_.max_pending_partition) {
    return refusal(ReplyKind::Overloaded, policy, user, "Too many requests of this partition are waiting.");
  }
  if (waiters_.pending_of(policy) >= settings_.max_pending_policy) {
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
    reply = Reply{.policy = request.policy, .user = request.user, .ordinal = request.ordinal, .as_of = as_of};
    reply->decision.code = Code::UnknownPolicy;
  }
  if (!reply && verdict == UnknownPolicies::Verdict::NotChecked) {
    reply = refusal(ReplyKind::Unavailable, request.policy, request.user,
                    "This node cannot check now if this policy exists. Try again.");
  }
  if (!reply) reply = refuse_early(request, now);
  if (!reply) reply = join_or_append(request, now);
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
  waiters_.remove_pending(request.policy, request.partition);
  if (!validation_->waits(request.caller)) return;  // the caller has closed the connection: append nothing
  auto reply = refuse_unavailable(request.policy, request.user, request.partition);
  // A policy that the database does not have may have been created a moment ago.
  const bool unknown = refusal && refusal->decision.code == Code::UnknownPolicy;
  if (!reply && unknown) {
    reply = wait_for_policy(request);
    if (!reply) return;
  }
  if (!reply) reply = std::move(refusal);
  // Another request of the user may have been appended since.
  if (!reply && join(token, request, now)) return;
  if (!reply) reply = append_request(token, request, now);
  if (reply) answered_(request.caller, *reply);
}

// --- answering ----------------------------------------------------------------------------------------

void Admission::on_answers(std::span<const replica::Answer> answers, Now now) {
  for (const replica::Answer& answer : answers) waiters_.on_answer(answer, now);
}

void Admission::on_acknowledged(std::span<const journal::Acknowledgement> acknowledgements, Now now) {
  for (const journal::Acknowledgement& acknowledgement : acknowledgements) {
    if (follows_appends_ && acknowledgement.outcome == journal::AppendOutcome::Appended) {
      if (const auto caller = waiters_.caller_of(acknowledgement.token)) traces_->acknowledged(*caller);
    }
    waiters_.on_acknowledged(acknowledgement, now);
  }
}

void Admission::on_time(Now now) {
  unknown_.on_time(now);
  while (validation_) {
    const auto late = validation_->take_late(now.steady);
    if (!late) break;
    after_validation(late->first, late->second, std::nullopt, now);
  }
  waiters_.on_time(now.steady);
}

std::uint64_t Admission::next_sequence_number() {
  constexpr std::uint64_t kCounterMask = (std::uint64_t{1} << replica::kSenderShift) - 1;
  counter_ = (counter_ + 1) & kCounterMask;
  return (std::uint64_t{sender_} << replica::kSenderShift) | counter_;
}

}  // namespace firstcome::admission
