#pragma once

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "admission/reply.h"
#include "admission/traces.h"
#include "admission/unknown_policies.h"
#include "admission/validation.h"
#include "admission/waiters.h"
#include "domain/record.h"
#include "journal/journal.h"
#include "journal/record_mac.h"
#include "replica/answer.h"
#include "replica/policy_snapshots.h"

namespace firstcome::admission {

/// How long a caller waits for the final answer.
struct Wait {
  milliseconds most{2'000};
  bool respond_async = false;  ///< 202 as soon as the journal has acknowledged
};

/// A request that needed no record of its own, because another one of the same user has or had it.
enum class Repeat : std::uint8_t {
  Cached,  ///< the cache has the user's coupon
  Joined,  ///< waits for the record of an earlier request; may be appended later
};
inline constexpr std::array<std::string_view, 2> kRepeats{"cached", "joined"};
/// By Repeat. The edge thread counts.
using RepeatCounters = std::array<metrics::Counter, kRepeats.size()>;

/// The stage between the callers of one edge thread and the journal. It refuses requests that can no longer win, appends
/// all others, and matches decisions and acknowledgements to waiting callers. It never grants a coupon. It refuses by
/// the published policy snapshots or, with a validator, by the rows of the database. Users who already have a coupon are
/// also answered while the policy issues, if this node's cache has the coupon.
///
/// Stepped: it owns no thread and reads no clock. Its thread runs an event loop and calls, as events come:
///
///     a request        reply = admission.issue(caller, policy, user, wait, now());  // nothing: see `answered`
///     answers          admission.on_answers(answers, now());           // from the replicas
///     acknowledgements admission.on_acknowledged(acknowledgements, now());  // from the journal
///     a validation     admission.on_validated(token, stored, now());   // from the database
///     every 5 ms       admission.on_time(now());                       // answers the requests at their deadline
class Admission {
 public:
  struct Settings {
    milliseconds start_slack{2'000};
    milliseconds max_staleness{1'000};
    std::int64_t max_unsaved = 1'000'000;         ///< records of one partition
    std::size_t max_pending_partition = 100'000;  ///< waiting callers of this thread
    std::size_t max_pending_policy = 50'000;
    UnknownPolicies::Settings unknown_policies;
  };
  /// Receives every reply that issue() or command() did not return. May be called from any on_… function below.
  using Answered = Waiters::Answered;

  /// `sender`: the 24 random bits of this thread, registered with the replicas' routes. `record_mac`: for commands.
  /// `traces`: null: records carry none.
  Admission(
      const replica::PolicySnapshots& snapshots, journal::Appender& appender, std::uint32_t sender,
      const journal::RecordMac& record_mac, Settings settings, Answered answered,
      std::optional<Validation::Parts> validation = std::nullopt,
      std::function<void(Partition)> ask_end = [](Partition) {}, Traces* traces = nullptr);

  /// The reply (early refusal, overload), or nothing: then `answered` receives it later. `ordinal`: of the requested
  /// coupon among the user's coupons of the policy.
  std::optional<Reply> issue(Caller caller, PolicyId policy, UserId user, Wait wait, Now now,
                             std::int32_t ordinal = 1);
  /// The command must have its policy id, also for a create. This fills in the sequence number, and the revision of a
  /// change, pause, resume or close without one.
  std::optional<Reply> command(Caller caller, PolicyCommand command, Wait wait, Now now);
  /// This fills in the sequence number.
  std::optional<Reply> command(Caller caller, CouponCommand command, Wait wait, Now now);

  void on_answers(std::span<const replica::Answer> answers, Now now);
  void on_acknowledged(std::span<const journal::Acknowledgement> acknowledgements, Now now);
  /// The answer of the database; see ValidationSink.
  void on_validated(std::uint64_t token, const Stored* stored, Now now);
  /// Answers the requests whose deadline has passed. Call every few milliseconds.
  void on_time(Now now);

  /// Requests that wait for the database, for the journal, or for the check if their policy exists.
  [[nodiscard]] std::size_t pending() const {
    return waiters_.size() + (validation_ ? validation_->pending() : 0) + unknown_.waiting();
  }
  replica::PolicySnapshotReader& views() { return views_; }
  UnknownPolicies& unknown_policies() { return unknown_; }
  /// Any thread.
  [[nodiscard]] const RepeatCounters& repeats() const { return repeats_; }

 private:
  std::optional<Reply> refuse_unavailable(PolicyId policy, UserId user, Partition partition) const;
  std::optional<Reply> refuse_early(const WaitingRequest& request, Now now);
  /// The user's coupon of a policy that may still issue, if the cache has it as of `place`.
  std::optional<decide::OwnedCoupon> find_cached(const WaitingRequest& request, Place place) const;
  /// True if this edge is fresh and has no snapshot of the policy.
  [[nodiscard]] bool is_unknown(const WaitingRequest& request, Now now);
  std::optional<Reply> wait_for_policy(const WaitingRequest& request);
  void after_wait(const WaitingRequest& request, UnknownPolicies::Verdict verdict, Now now);
  std::optional<Reply> refuse_overload(PolicyId policy, UserId user, Partition partition) const;
  std::uint64_t next_sequence_number();
  void fill_in_revision(PolicyCommand& command);
  /// Appends a command without a user, so without a ticket.
  template <class Command>
  std::optional<Reply> append_command(Caller caller, Command& command, std::string_view kind, Wait wait,
                                      Now now);
  /// True: an earlier request of the same user is under way, and this one waits for its result.
  bool join(std::uint64_t sequence_number, const WaitingRequest& request, Now now);
  /// Evaluates a request again, because the one that it had joined is decided.
  void evaluate_again(const WaitingRequest& request, Now now);
  /// Joins an earlier request, refuses because of overload, or appends.
  std::optional<Reply> join_or_append(const WaitingRequest& request, Now now);
  std::optional<Reply> append_request(std::uint64_t sequence_number, const WaitingRequest& request, Now now);
  /// `kind`: the header of a command; the record then gets a MAC.
  std::optional<Reply> append(std::optional<journal::Header> kind, std::uint64_t sequence_number,
                              const WaitingRequest& request);
  /// `refusal`: by the database; without one the request is appended.
  void after_validation(std::uint64_t token, const WaitingRequest& request, std::optional<Reply> refusal,
                        Now now);

  const replica::PolicySnapshots& snapshots_;
  replica::PolicySnapshotReader views_;
  journal::Appender& appender_;
  const std::uint32_t sender_;
  const journal::RecordMac record_mac_;
  const Settings settings_;
  const Answered answered_;
  Traces* const traces_;
  const bool follows_appends_;
  std::optional<Validation> validation_;
  UnknownPolicies unknown_;
  Waiters waiters_;
  RepeatCounters repeats_;

  std::uint64_t counter_ = 0;
  std::string value_;  ///< reused to encode
};

}  // namespace firstcome::admission
