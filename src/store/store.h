#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/code.h"
#include "domain/incarnations.h"
#include "domain/result.h"
#include "domain/state.h"
#include "key/installation_key.h"

/// The database: system of record for everything downstream, written by issuers only.
namespace firstcome::store {

/// A row of journal_position: how far the store has followed one partition.
struct Position {
  Partition partition = 0;
  Era era = 1;
  Offset next_offset = 0;      ///< always one past a record, or where the era began
  PartitionState state;        ///< as of next_offset
  std::uint32_t checksum = 0;  ///< of the record before next_offset; meaningless at an era's beginning
  bool has_checksum = false;
  std::string halted_reason;  ///< empty: not halted
};

/// A row of policy_change.
struct PolicyChangeRow {
  PolicyId policy;
  std::int64_t revision = 0;
  Offset offset = 0;
  Timestamp at;
  std::string command;  ///< canonical JSON
  std::string who;
};

/// Everything one transaction saves: the decisions of [first_offset, after.next_offset) of a partition.
struct Batch {
  Offset first_offset = 0;
  std::uint64_t hash_before = 0;  ///< state hash at first_offset; must equal what the store holds
  Position after;
  std::vector<std::uint8_t> codes;       ///< one an offset, 0 for a hole
  std::vector<Coupon> coupons;           ///< in journal order
  std::vector<PolicyChangeRow> changes;  ///< in journal order
  std::vector<Policy> policies;          ///< after-images of what changed, once each
};

enum class SaveOutcome : std::uint8_t {
  Saved,
  Moved,     ///< compare-and-set missed: the position row says where the store stands now
  Conflict,  ///< a unique key refused a row: a broken promise, the partition must halt
  Failed,    ///< certainly rolled back; `error.is_retryable()` says if trying again can help
  Unknown,   ///< the answer to COMMIT was lost: read the position back
};

/// In small letters, for people and metrics; by SaveOutcome.
inline constexpr std::array<std::string_view, 5> kSaveOutcomes{"saved", "moved", "conflict", "failed",
                                                               "unknown"};

struct SaveResult {
  SaveOutcome outcome = SaveOutcome::Saved;
  std::optional<Position> position;  ///< with Moved
  Error error;                       ///< with Conflict, Failed and Unknown
};

/// Receives a snapshot row by row: all positions, then the policies it wants, then the coupons of those that
/// are not closed. One REPEATABLE READ snapshot, so the rows belong together.
class SnapshotSink {
 public:
  virtual ~SnapshotSink() = default;
  /// Asked once a policy.
  virtual bool wants(PolicyId /*policy*/) { return true; }
  virtual void position(const Position& position) = 0;
  virtual void policy(const Policy& policy) = 0;
  virtual void coupon(const Coupon& coupon) = 0;
};

/// A coupon and the journal place it came from, which says if a ticket is the winner's own.
struct CouponRow {
  Coupon coupon;
  Partition partition = 0;
  Era era = 1;
};

/// A row of policy_change and where its place is.
struct StoredChange {
  PolicyChangeRow change;
  Partition partition = 0;
  Era era = 1;
};

/// At a few requests a second each save brings one or two outcomes. So a save extends the newest row of its
/// partition up to this many, and only then begins another: a row costs some hundred bytes besides the
/// outcomes.
inline constexpr std::int64_t kCodesOfExtendedBatch = 1024;

/// A row of journal_batch: the outcomes of one save, or of several that followed each other.
struct BatchRow {
  Era era = 1;
  Partition partition = 0;
  Offset first_offset = 0;
  std::vector<std::uint8_t> codes;
  PartitionState after;  ///< at its end

  [[nodiscard]] Offset end() const { return first_offset + static_cast<Offset>(codes.size()); }
};

/// Receives every row of the store, one kind after the other in the order below, each kind by its key.
class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual void position(const Position& position) = 0;  ///< by partition
  virtual void policy(const Policy& policy) = 0;        ///< by id
  virtual void change(const StoredChange& change) = 0;  ///< by (policy, revision)
  virtual void batch(BatchRow batch) = 0;               ///< by (era, partition, first_offset)
  virtual void coupon(const CouponRow& coupon) = 0;     ///< by (policy, sequence), closed policies' too
};

/// One page of a user's coupons, by policy id, with the positions of the same snapshot.
struct UserCoupons {
  std::vector<CouponRow> coupons;
  std::vector<Position> positions;
};

/// Facts fixed when the data was created; and `incarnations`, of which the embedded journal has its own list.
struct Settings {
  std::int32_t partitions = 0;
  Era era = 1;
  std::string journal_identity;
  InstallationKey key;
  /// Rules records that an operator has every node skip: partition and offset.
  std::set<std::pair<Partition, Offset>> skipped_rules{};
  Incarnations incarnations{};
};

/// Reading side: edges and start-up. One connection, one thread.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual Result<Settings> settings() = 0;
  virtual Status load_snapshot(SnapshotSink& sink) = 0;
  /// Everything, in one snapshot. An error for a row that cannot be read names it; the rows before it have
  /// come.
  virtual Status scan(RowSink& sink) = 0;
  virtual Result<std::vector<Position>> positions() = 0;
  /// Up to `limit` policies with id above `after`, by id.
  virtual Result<std::vector<Policy>> policies(PolicyId after, std::size_t limit) = 0;
  virtual Result<std::optional<CouponRow>> find_coupon(PolicyId policy, UserId user) = 0;
  /// Up to `limit` coupons with policy id above `after` (or of `policy` alone), by policy id.
  virtual Result<UserCoupons> user_coupons(UserId user, std::optional<PolicyId> policy, PolicyId after,
                                           std::size_t limit) = 0;
  /// The stored outcome at a place; nothing when no batch of this era covers it (any more).
  virtual Result<std::optional<Code>> code_at(Era era, Partition partition, Offset offset) = 0;
  /// The policy's accepted commands up to and including `until`, oldest first.
  virtual Result<std::vector<PolicyChangeRow>> policy_changes(PolicyId policy, Offset until) = 0;
};

inline constexpr std::int64_t kPrunedAtOnce = 10'000;

/// Writing side: the issuer. One connection, one thread.
class Writer {
 public:
  virtual ~Writer() = default;
  /// One transaction; the compare-and-set on (partition, era, first_offset, hash_before, not halted) is its
  /// first statement. All or nothing.
  virtual SaveResult save(const Batch& batch) = 0;
  virtual Result<Position> position(Partition partition) = 0;
  /// Idempotent. Keeps the first reason.
  virtual Status halt(Partition partition, const std::string& reason) = 0;
  /// Nothing is to be written for a while: gives its session back. The next call makes another.
  virtual void rest() {}
  /// Lifts a halt; the operator's decision.
  virtual Status unhalt(Partition partition) = 0;
  /// Every node that starts from now on skips this rules record; the operator's decision. Idempotent.
  virtual Status skip_rules(Partition partition, Offset offset) = 0;
  /// Removes batches that end before `before`, where the journal begins: no replay can use them. At most
  /// kPrunedAtOnce, never the newest; how many. Their refusals' tickets are 410 from then on.
  virtual Result<std::int64_t> prune_batches(Partition partition, Offset before) = 0;
};

/// Thread-safe. Outlives the readers and writers made from it.
class Store {
 public:
  virtual ~Store() = default;
  virtual Result<std::unique_ptr<Reader>> make_reader() = 0;
  virtual Result<std::unique_ptr<Writer>> make_writer() = 0;
  /// From now on calls fail instead of waiting for a database that is away, those under way too: at a stop
  /// whose time is up. Any thread.
  virtual void interrupt() {}
};

}  // namespace firstcome::store
