#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <span>
#include <vector>

#include "admission/reply.h"
#include "admission/unknown_policies.h"
#include "admission/validation.h"
#include "domain/record.h"
#include "journal/journal.h"
#include "journal/record_seal.h"
#include "replica/answer.h"
#include "replica/policy_snapshots.h"

namespace firstcome::admission {

/// How long a caller is willing to wait for the final answer.
struct Wait {
  milliseconds most{2'000};
  bool respond_async = false;  ///< 202 as soon as the journal has acknowledged
};

/// Between the callers of one edge thread and the journal. Refuses requests early that can no longer win,
/// appends all others, and matches decisions and acknowledgements to waiting callers. It never grants a
/// coupon. It refuses on what the replicas have published or, with a validator, on what the database has.
///
/// Stepped: it owns no thread and reads no clock. Its thread runs an event loop and calls, as events come:
///
///     a request        reply = admission.issue(caller, policy, user, wait, now());  // nothing: `answered` gets it
///     answers          admission.on_answers(answers);                  // from the replicas
///     acknowledgements admission.on_acknowledged(acknowledgements);    // from the journal
///     a validation     admission.on_validated(token, stored, now());   // from the database
///     every 5 ms       admission.on_time(now());                       // ends the waits that are over
class Admission {
 public:
  struct Settings {
    milliseconds start_slack{2'000};
    milliseconds max_staleness{1'000};
    std::int64_t max_unsaved = 1'000'000;         ///< records, a partition
    std::size_t max_pending_partition = 100'000;  ///< waiting callers, this thread
    std::size_t max_pending_policy = 50'000;
    UnknownPolicies::Settings unknown_policies;
  };
  /// Called with every reply that did not come at once; may be called from any of the on_… below.
  using Answered = std::function<void(Caller, const Reply&)>;

  /// `sender`: this thread's 24 random bits, registered with the replicas' routes.
  /// `seal`: of commands.
  Admission(
      const replica::PolicySnapshots& snapshots, journal::Appender& appender, std::uint32_t sender,
      const journal::RecordSeal& seal, Settings settings, Answered answered,
      std::optional<Validation::Parts> validation = std::nullopt,
      std::function<void(Partition)> ask_end = [](Partition) {});

  /// A reply at once (early refusal, overload), or nothing: then it comes through `answered`.
  std::optional<Reply> issue(Caller caller, PolicyId policy, UserId user, Wait wait, Now now);
  /// The command's policy id must be set, for a create too. The sequence number is filled in here, and so is
  /// the revision of a change, pause, resume or close that names none.
  std::optional<Reply> command(Caller caller, PolicyCommand command, Wait wait, Now now);

  void on_answers(std::span<const replica::Answer> answers);
  void on_acknowledged(std::span<const journal::Acknowledgement> acknowledgements);
  /// The database's answer; see ValidationSink.
  void on_validated(std::uint64_t token, const Stored* stored, Now now);
  /// Ends the waits that are over. Call every few milliseconds.
  void on_time(Now now);

  /// Requests that wait, for the database, for the journal, or to hear if their policy exists.
  [[nodiscard]] std::size_t pending() const {
    return waiters_.size() + (validation_ ? validation_->pending() : 0) + unknown_.waiting();
  }
  replica::PolicySnapshotReader& views() { return views_; }
  UnknownPolicies& unknown_policies() { return unknown_; }

 private:
  struct Waiter {
    Caller caller = 0;
    PolicyId policy;
    UserId user;  ///< 0: a command
    Partition partition = 0;
    bool respond_async = false;
    std::optional<Offset> acknowledged_at;
  };
  struct Deadline {
    Instant at;
    std::uint64_t sequence_number = 0;
    bool operator>(const Deadline& other) const { return at > other.at; }
  };

  using Waiters = boost::unordered_flat_map<std::uint64_t, Waiter>;

  std::optional<Reply> refuse_unfit(PolicyId policy, UserId user, Partition partition) const;
  std::optional<Reply> refuse_early(PolicyId policy, UserId user, Partition partition, Now now);
  /// Nothing is known of its policy, though this edge is fresh: waits until that is certain.
  [[nodiscard]] bool is_unknown(const Asking& asking, Now now);
  std::optional<Reply> wait_for_policy(const Asking& asking);
  void after_wait(const Asking& asking, UnknownPolicies::Verdict verdict, Now now);
  std::optional<Reply> refuse_overload(PolicyId policy, UserId user, Partition partition) const;
  std::uint64_t next_sequence_number();
  void fill_in_revision(PolicyCommand& command);
  std::optional<Reply> append_request(std::uint64_t sequence_number, const Asking& asking, Now now);
  /// `kind`: of a record that is none of a user's; it gets a MAC.
  std::optional<Reply> append(std::optional<journal::Header> kind, std::uint64_t sequence_number,
                              const Waiter& waiter, Instant until);
  /// `refusal`: by the database; without one the request goes on to the journal.
  void after_validation(std::uint64_t token, const Asking& asking, std::optional<Reply> refusal, Now now);
  void add_pending(PolicyId policy, Partition partition);
  void remove_pending(PolicyId policy, Partition partition);
  void finish(Waiters::iterator found, const Reply& reply);
  void expire(std::uint64_t sequence_number);
  static Reply pending_reply(const Waiter& waiter);

  const replica::PolicySnapshots& snapshots_;
  replica::PolicySnapshotReader views_;
  journal::Appender& appender_;
  const std::uint32_t sender_;
  const journal::RecordSeal seal_;
  const Settings settings_;
  const Answered answered_;
  std::optional<Validation> validation_;
  UnknownPolicies unknown_;

  std::uint64_t counter_ = 0;
  Waiters waiters_;
  std::vector<std::size_t> pending_by_partition_;
  IdMap<PolicyId, std::size_t> pending_by_policy_;
  std::deque<Deadline> ordinary_deadlines_;  ///< of the usual wait: in order by themselves
  std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>> other_deadlines_;
  std::string value_;  ///< reused to encode
};

}  // namespace firstcome::admission
