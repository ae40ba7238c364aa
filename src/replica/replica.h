#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "decide/decider.h"
#include "journal/journal.h"
#include "journal/record_json.h"
#include "metrics/counter.h"
#include "replica/answer.h"
#include "replica/decided_log.h"
#include "replica/journal_identity.h"
#include "replica/policy_publisher.h"
#include "replica/policy_snapshots.h"
#include "replica/prior_answers.h"
#include "store/store.h"

namespace firstcome::replica {

/// The waiting senders of this process. Filled before the first record is applied, then only read, so it
/// needs no lock.
class AnswerRoutes {
 public:
  void add(std::uint32_t sender, AnswerSink& sink) { sinks_[sender] = &sink; }
  [[nodiscard]] AnswerSink* find(std::uint32_t sender) const {
    const auto found = sinks_.find(sender);
    return found == sinks_.end() ? nullptr : found->second;
  }

 private:
  std::unordered_map<std::uint32_t, AnswerSink*> sinks_;
};

/// Follows one partition: decides every record, answers the waiting callers of this process, adds the
/// decisions in chunks to the log from which the issuer saves, and publishes policy snapshots for the edge.
///
/// Stepped: it owns no thread and reads no clock. One thread uses it at a time (see ReplicaDriver):
///
///     replica.reset();
///     replica.load(...);                                // each row of one snapshot of the store
///     follower = journal.follow(partition, replica.start(bounds));
///     while (!reload) {
///       replica.on_end(asked_at, end);                  // whenever the journal has returned its end
///       if (replica.wants_records()) replica.apply(follower.poll(), now());
///     }
class Replica {
 public:
  struct Settings {
    std::int64_t max_unsaved = 1'000'000;  ///< records; at twice this number reading stops
    bool keeps_relays = true;              ///< false for an edge, which never relays
    Incarnations incarnations{};           ///< of the data, for codes
    bool publishes_events = false;         ///< saved traces are kept for events
    bool exports_spans = false;            ///< traces are kept until they are saved
  };

  /// `trust`: from the key in the store.
  Replica(Partition self, std::int32_t partitions, PolicySnapshots& snapshots, DecidedLog& log,
          const AnswerRoutes& routes, journal::RecordTrust trust, Settings settings);

  void reset();
  /// Call it before reset() if this replica has already answered callers.
  void before_reload(PriorAnswers prior);
  void load(const store::Position& position);
  void load(const Policy& policy);
  void load(const store::CouponRow& row);
  void load(const CouponLife& life);
  void load(const ListedUser& listed);
  void load(const ImportedCode& code);

  /// Ends loading. Returns the offset to follow the journal from: that of the record before the position,
  /// which apply() compares, if the journal still has it. An error stops the partition on this node.
  Result<Offset> start(const journal::Bounds& bounds);

  /// Decides the records of a poll. An error stops the partition on this node (another journal, newer rules).
  Status apply(const journal::Fetch& fetch, Now now);

  /// Compares the journal with the decided records, as JournalIdentity::compare() does. Call it before a
  /// fetch is applied that was interrupted, and regularly.
  Status compare_log(journal::JournalReader& journal);

  /// The journal returned `end` for a request made at `asked_at`.
  void on_end(Instant asked_at, Offset end);

  /// False while too much is decided and not saved: do not poll until the issuer has caught up.
  [[nodiscard]] bool wants_records() const;
  /// A message for the operator; empty if there is none. Each is returned once.
  std::string take_warning() { return std::exchange(warning_, {}); }
  [[nodiscard]] bool caught_up() const { return caught_up_; }
  [[nodiscard]] Offset position() const { return position_; }
  [[nodiscard]] std::uint64_t state_hash() const { return decider_.hash(); }
  [[nodiscard]] const decide::Decider& decider() const { return decider_; }
  [[nodiscard]] Partition partition() const { return self_; }
  /// Number of partitions that can be the home of a policy.
  [[nodiscard]] std::int32_t homes() const { return partitions_; }
  /// Decided records by Code; a replay counts them again. Any thread.
  using DecidedCounters = std::array<metrics::Counter, kCodeCount>;
  [[nodiscard]] const DecidedCounters& decided() const { return decided_; }

 private:
  std::span<const Record> decode(std::span<const journal::RawRecord> raw);
  Status decide(const journal::RawRecord& raw, const Record& record);
  Error another_state(Offset at);
  void fill_hole(Offset until, std::uint64_t hash);
  void note_relay(const journal::RawRecord& raw, const Record& record, Code code);
  void note_coupon(const Record& record, const Decision& decision);
  void note_trace(const Record& record, Code code);
  void collect_answer(const Record& record, const Decision& decision);
  [[nodiscard]] std::shared_ptr<const CouponAsOf> coupon_now(const Policy& policy,
                                                             std::int64_t sequence) const;
  void close_chunk(const journal::RawRecord& last, Now now);
  void publish_status();
  void refresh_freshness();
  void deliver_answers(Instant read_at);
  PartitionStatus& status() { return snapshots_.partition(self_); }

  const Partition self_;
  const std::int32_t partitions_;
  PolicySnapshots& snapshots_;
  DecidedLog& log_;
  const AnswerRoutes& routes_;
  const Settings settings_;

  decide::Decider decider_;
  PolicyPublisher publisher_;
  JournalIdentity identity_;
  journal::RecordDecoder decoder_;
  std::array<Record, decide::Decider::kMostExpected> ahead_;  ///< decoded, decided next
  store::Position loaded_;
  bool expects_identity_record_ = false;  ///< the next record is the one before the position
  /// The state up to which this node had answered before it was reset.
  struct AnsweredState {
    Offset offset = 0;
    std::uint64_t hash = 0;
  };
  std::optional<AnsweredState> answered_;  ///< until it is reached again
  Offset position_ = 0;  ///< read up to here; trailing holes may lie between the last decision and it
  bool caught_up_ = false;
  bool started_ = false;  ///< since the last reset()

  Offset next_ = 0;              ///< one past the last decided record
  std::unique_ptr<Chunk> open_;  ///< being filled; null between two calls of apply
  std::unordered_map<AnswerSink*, std::vector<Answer>> answers_;
  std::vector<CachedCoupon> coupons_;  ///< of the open chunk, for the cache
  struct RequestedEnd {
    Instant asked_at;
    Offset end = 0;
  };
  std::deque<RequestedEnd> requested_ends_;  ///< not reached yet, oldest first
  std::string warning_;
  DecidedCounters decided_;
};

}  // namespace firstcome::replica
