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
#include "journal/same_log.h"
#include "metrics/counter.h"
#include "replica/answer.h"
#include "replica/decided_log.h"
#include "replica/policy_snapshots.h"
#include "replica/promises.h"
#include "store/store.h"

namespace firstcome::replica {

/// Who waits in this process: sender marks → sinks. Filled before the first record is applied, then only
/// read, so no lock.
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

/// The record before the position, which tells the journal that was followed from another; nothing where an
/// era begins.
std::optional<journal::RecordMark> last_record(const store::Position& position);

/// Follows one partition: decides every record, answers this process's waiting callers, closes the decisions
/// into chunks of the log that the issuer saves, and publishes policy snapshots for the edge.
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
    std::int64_t max_unsaved = 1'000'000;  ///< records; past twice that, reading stops
    bool keeps_relays = true;              ///< false: an edge, which never appends a record elsewhere
  };

  /// `trust`: of the store's key, known before the first record.
  Replica(Partition self, std::int32_t partitions, PolicySnapshots& snapshots, DecidedLog& log,
          const AnswerRoutes& routes, journal::RecordTrust trust, Settings settings);

  void reset();
  /// Before reset(): what becomes of what was answered until now.
  void before_reload(Promises promises);
  void load(const store::Position& position);
  void load(const Policy& policy);
  void load(const Coupon& coupon);

  /// Ends loading. Returns where to follow the journal from: the record before the position, to be
  /// compared, where that still exists. An error is a loud stop: says what is wrong and what to do.
  Result<Offset> start(const journal::Bounds& bounds);

  /// Decides what a poll brought. An error stops this partition on this node (another log; newer rules).
  Status apply(const journal::Fetch& fetch, Now now);

  /// Compares what is decided with the journal, which may be another one by now; done before an interrupted
  /// fetch is applied, and from time to time. By the record that is certain, and by the newest
  /// (PartitionStatus::Marks). A partition without a certain one is compared by those of the others, because
  /// a topic is made again as a whole. An error that is not retryable stops the partition, and is a
  /// contradiction, except where records from the position on were removed.
  Status compare_log(journal::JournalReader& journal);

  /// The journal was asked for its end at `asked_at`, and said `end`.
  void on_end(Instant asked_at, Offset end);

  /// False: too much is decided and not saved; do not poll until the issuer has caught up.
  [[nodiscard]] bool wants_records() const;
  /// Something an operator should read, once; empty when there is nothing.
  std::string take_warning() { return std::exchange(warning_, {}); }
  [[nodiscard]] bool caught_up() const { return caught_up_; }
  [[nodiscard]] Offset position() const { return position_; }
  [[nodiscard]] std::uint64_t state_hash() const { return decider_.hash(); }
  [[nodiscard]] const decide::Decider& decider() const { return decider_; }
  [[nodiscard]] Partition partition() const { return self_; }
  /// Partitions that are home to policies.
  [[nodiscard]] std::int32_t homes() const { return partitions_; }
  /// Records decided so, by Code, replays counted again. Any thread.
  using DecidedCounters = std::array<metrics::Counter, kCodeCount>;
  [[nodiscard]] const DecidedCounters& decided() const { return decided_; }

 private:
  Status check_identity(const journal::RawRecord& record);
  /// The partition's rows and the journal contradict each other.
  Error another_log(const std::string& what);
  Result<journal::SameLog> compare_by(journal::JournalReader& journal, const journal::RecordMark& mark,
                                      Offset position);
  Status compare_by_others(journal::JournalReader& journal);
  Error removed_beyond(journal::JournalReader& journal) const;
  std::span<const Record> decode(std::span<const journal::RawRecord> raw);
  Status decide(const journal::RawRecord& raw, const Record& record);
  /// This node had another state here when it answered its callers.
  Error another_state(Offset at);
  void fill_hole(Offset until, std::uint64_t hash);
  void note_relay(const journal::RawRecord& raw, const Record& record, Code code);
  void note_refusal(const Record& record, const Decision& decision);
  void route_answer(const Record& record, const Decision& decision);
  void seal(const journal::RawRecord& last, Now now);
  void publish(const Policy& policy);
  void retire_closed();
  void publish_status();
  void refresh_freshness();
  void deliver_answers();

  const Partition self_;
  const std::int32_t partitions_;
  PolicySnapshots& snapshots_;
  DecidedLog& log_;
  const AnswerRoutes& routes_;
  const Settings settings_;

  decide::Decider decider_;
  journal::RecordDecoder decoder_;
  std::array<Record, decide::Decider::kMostExpected> ahead_;  ///< decoded and decided next, in one go
  store::Position loaded_;
  bool expects_identity_record_ = false;
  /// The state up to which this node had answered when it was reset; gone once it is reached again.
  struct Promised {
    Offset offset = 0;
    std::uint64_t hash = 0;
  };
  std::optional<Promised> promised_;
  Offset position_ = 0;  ///< read up to here; trailing holes may lie between the last decision and it
  bool caught_up_ = false;
  bool started_ = false;  ///< since the last reset()

  Offset next_ = 0;              ///< one past the last decided record
  std::unique_ptr<Chunk> open_;  ///< being filled; null between two calls of apply
  std::unordered_map<AnswerSink*, std::vector<Answer>> answers_;
  /// Does the published view of a policy carry the owners, because it refuses?
  IdMap<PolicyId, bool> published_refusing_;
  /// Closed policies and the place by which they were; on the snapshots until the store has them for sure.
  std::deque<std::pair<Offset, PolicyId>> closed_;
  std::vector<PolicyId> begun_to_refuse_;  ///< in the open chunk, by the clock alone
  struct AskedEnd {
    Instant asked_at;
    Offset end = 0;
  };
  std::deque<AskedEnd> asked_ends_;  ///< not reached yet, oldest first
  std::string warning_;
  DecidedCounters decided_;
};

}  // namespace firstcome::replica
