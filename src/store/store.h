#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/code.h"
#include "domain/coupon_life.h"
#include "domain/incarnations.h"
#include "domain/result.h"
#include "domain/state.h"
#include "domain/trace_context.h"
#include "key/installation_key.h"

/// The database: the system of record for all downstream systems. Only issuers write to it.
namespace firstcome::store {

/// A row of journal_position: the position of the store in one partition.
struct Position {
  Partition partition = 0;
  Era era = 1;
  Offset next_offset = 0;      ///< the offset of a record plus one, or the start of the era
  PartitionState state;        ///< at next_offset
  std::uint32_t checksum = 0;  ///< of the record before next_offset; none at the start of an era
  bool has_checksum = false;
  std::string halted_reason;  ///< empty if the partition is not halted
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

/// The trace of a record that has issued a coupon or changed something. No part of the state: a store may drop it.
struct RecordTrace {
  PolicyId policy;
  Offset offset = 0;
  std::shared_ptr<const TraceContext> trace;
  bool has_event = false;  ///< kept until its event is published
};

/// The rows of one transaction: the decisions of [first_offset, after.next_offset) of a partition.
struct Batch {
  Offset first_offset = 0;
  std::uint64_t hash_before = 0;  ///< state hash at first_offset; must be equal to that of the store
  Position after;
  std::vector<std::uint8_t> codes;           ///< one for each offset, 0 for an offset without a record
  std::vector<Coupon> coupons;               ///< in journal order
  std::vector<PolicyChangeRow> changes;      ///< in journal order
  std::vector<Policy> policies;              ///< new values of the changed policies, each once
  std::vector<CouponLife> lives;             ///< new values of the touched coupons, each once
  std::vector<CouponChange> coupon_changes;  ///< in journal order
  std::vector<ListedUser> listed;            ///< in journal order
  std::vector<ImportedCode> imported_codes;  ///< in journal order
  std::vector<RecordTrace> traces;           ///< in journal order
};

enum class SaveOutcome : std::uint8_t {
  Saved,
  Moved,     ///< the compare-and-set missed: another issuer has moved the position
  Conflict,  ///< a unique key rejected a row: an invariant is violated, the partition must halt
  Failed,    ///< certainly rolled back; see `error.is_retryable()`
  Unknown,   ///< the response to COMMIT was lost: read the position
};

/// Names in lower case, for messages and metrics; by SaveOutcome.
inline constexpr std::array<std::string_view, 5> kSaveOutcomes{"saved", "moved", "conflict", "failed",
                                                               "unknown"};

struct SaveResult {
  SaveOutcome outcome = SaveOutcome::Saved;
  std::optional<Position> position;  ///< with Moved
  Error error;                       ///< with Conflict, Failed and Unknown
};

/// A coupon with the partition and era of its record, which tell the tickets and the code of the coupon.
struct CouponRow {
  Coupon coupon;
  Partition partition = 0;
  Era era = 1;
};

/// Receives the rows of one REPEATABLE READ snapshot: all positions, then the wanted policies, then the wanted
/// coupons, then the lives of those coupons, then the listed users and the imported codes of the same policies.
class SnapshotSink {
 public:
  virtual ~SnapshotSink() = default;
  /// Called once for each policy.
  virtual bool wants(PolicyId /*policy*/) { return true; }
  /// Called once for each wanted policy, after policy(): false if the policy is over.
  virtual bool wants_coupons(const Policy& policy) = 0;
  virtual void position(const Position& position) = 0;
  virtual void policy(const Policy& policy) = 0;
  virtual void coupon(const CouponRow& coupon) = 0;
  virtual void life(const CouponLife& life) = 0;
  virtual void listed(const ListedUser& listed) = 0;
  virtual void imported_code(const ImportedCode& code) = 0;
};

/// A coupon with its life, which is ISSUED and without references if the coupon was never touched.
struct CouponWithLife {
  CouponRow row;
  CouponLife life;
  std::string imported_code{};  ///< only in export_coupons(), and only of a policy with imported codes
};

/// A row of coupon_change with the partition and era of its record.
struct StoredCouponChange {
  CouponChange change;
  Partition partition = 0;
  Era era = 1;
};

/// A row of eligible_user with the partition and era of its record.
struct StoredListedUser {
  ListedUser listed;
  Partition partition = 0;
  Era era = 1;
};

/// A row of coupon_code with the partition and era of its record.
struct StoredImportedCode {
  ImportedCode code;
  Partition partition = 0;
  Era era = 1;
};

/// An offset of an era. All offsets of an earlier era are before those of a later one.
struct EraOffset {
  Era era = 1;
  Offset offset = 0;
  auto operator<=>(const EraOffset&) const = default;
};

/// A row of policy_change with the partition and era of its record.
struct StoredChange {
  PolicyChangeRow change;
  Partition partition = 0;
  Era era = 1;
};

/// With few requests per second, a save has only one or two codes, but a row takes about 100 bytes in
/// addition to them. So a save extends the newest row of its partition up to this number of codes before it
/// inserts another row.
inline constexpr std::int64_t kCodesOfExtendedBatch = 1024;

/// A row of journal_batch: the codes of one save, or of several consecutive saves.
struct BatchRow {
  Era era = 1;
  Partition partition = 0;
  Offset first_offset = 0;
  std::vector<std::uint8_t> codes;
  PartitionState after;  ///< state at the end

  [[nodiscard]] Offset end() const { return first_offset + static_cast<Offset>(codes.size()); }
};

/// Receives every row of the store: the tables in the order of these functions, the rows in the order of
/// their key.
class RowSink {
 public:
  virtual ~RowSink() = default;
  virtual void position(const Position& position) = 0;  ///< by partition
  virtual void policy(const Policy& policy) = 0;        ///< by id
  virtual void change(const StoredChange& change) = 0;  ///< by (policy, revision)
  virtual void batch(BatchRow batch) = 0;               ///< by (era, partition, first_offset)
  virtual void coupon(
      const CouponRow& coupon) = 0;               ///< by (policy, sequence), also of policies that are over
  virtual void life(const CouponLife& life) = 0;  ///< by (policy, sequence)
  virtual void coupon_change(const StoredCouponChange& change) = 0;  ///< by (policy, sequence, era, offset)
  virtual void listed(const StoredListedUser& listed) = 0;           ///< by (policy, user)
  virtual void imported_code(const StoredImportedCode& code) = 0;    ///< by (policy, sequence)
};

/// One page of the coupons of a user, by (policy id, ordinal), with the positions of the same snapshot.
struct UserCoupons {
  std::vector<CouponWithLife> coupons;
  std::vector<Position> positions;
};

/// The last coupon of the previous page of a user's coupons.
struct UserCouponCursor {
  PolicyId policy;
  std::int32_t ordinal = 0;
};

/// Coupons of one policy with after < sequence <= up_to.
struct CouponRange {
  PolicyId policy;
  std::int64_t after = 0;
  std::int64_t up_to = 0;

  bool operator==(const CouponRange&) const = default;
};

/// Selects coupons of a policy.
struct CouponFilter {
  /// The stored states; empty: all. A hold that is over is still RESERVED here, and no coupon is EXPIRED: those two
  /// depend on a clock, so `accepts` must check them.
  std::set<CouponState> states{};
  std::function<bool(const CouponWithLife&)> accepts{};  ///< empty: all
};

/// A page examines at most this number of coupons.
inline constexpr std::int64_t kExaminedCoupons = 100'000;

/// One page of the coupons of a policy, by sequence.
struct PolicyCoupons {
  std::vector<CouponWithLife> coupons;
  /// The next page is that of the coupons after this sequence; none: this is the last page. A page with fewer coupons
  /// than its limit, or with none, may have a next page: see kExaminedCoupons.
  std::optional<std::int64_t> next;
};

/// The coupons of a policy by state, as of the clock of the policy's home.
struct CouponCounts {
  Position position;  ///< of that partition
  std::int64_t issued = 0;
  std::int64_t reserved = 0;
  std::int64_t used = 0;
  std::int64_t cancelled = 0;
  std::int64_t expired = 0;
};

/// Receives all coupons of a policy as of one snapshot.
class CouponSink {
 public:
  virtual ~CouponSink() = default;
  /// The first call. Not called, nor any other, if there is no such policy.
  virtual void begin(const Policy& policy, const std::vector<Position>& positions) = 0;
  /// By sequence. An error ends the export with this error.
  virtual Status coupon(const CouponWithLife& coupon) = 0;
};

/// Constant facts about the data, and `incarnations` (the embedded journal has its own list).
struct Settings {
  std::int32_t partitions = 0;
  Era era = 1;
  std::string journal_identity;
  InstallationKey key;
  /// Rules records that an operator has made all nodes skip: partition and offset.
  std::set<std::pair<Partition, Offset>> skipped_rules{};
  Incarnations incarnations{};
};

/// Reads the store, for edges and at a start. One connection, used by one thread.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual Result<Settings> settings() = 0;
  virtual Status load_snapshot(SnapshotSink& sink) = 0;
  /// Reads all rows in one snapshot. Fails at a row that cannot be read; the error contains its key.
  virtual Status scan(RowSink& sink) = 0;
  virtual Result<std::vector<Position>> positions() = 0;
  /// At most `limit` policies with an id above `after`, by id.
  virtual Result<std::vector<Policy>> policies(PolicyId after, std::size_t limit) = 0;
  /// Of the user's coupons of this policy whose record is before `before`: the one with the highest ordinal that is
  /// not above `ordinal`.
  virtual Result<std::optional<CouponRow>> find_coupon(PolicyId policy, UserId user, std::int32_t ordinal,
                                                       EraOffset before) = 0;
  virtual Result<std::optional<CouponWithLife>> coupon(PolicyId policy, std::int64_t sequence) = 0;
  /// At most `limit` coupons after `after` (of all policies, or only of `policy`), by (policy id, ordinal).
  virtual Result<UserCoupons> user_coupons(UserId user, std::optional<PolicyId> policy,
                                           UserCouponCursor after, std::size_t limit) = 0;
  /// At most `limit` coupons of the policy with a sequence above `after`, by sequence.
  virtual Result<PolicyCoupons> policy_coupons(PolicyId policy, std::int64_t after, std::size_t limit,
                                               const CouponFilter& filter) = 0;
  /// The imported code of this sequence; empty if there is none.
  virtual Result<std::string> imported_code(PolicyId policy, std::int64_t sequence) = 0;
  /// The accepted commands of a coupon, oldest first.
  virtual Result<std::vector<StoredCouponChange>> coupon_changes(PolicyId policy, std::int64_t sequence) = 0;
  /// Reads all coupons of the policy in one snapshot; keeps no row in memory.
  virtual Status export_coupons(PolicyId policy, CouponSink& sink) = 0;
  /// Counts in one snapshot; none: there is no such policy. Reads the changed coupons of the policy, and all of them
  /// while some have expired by `valid_for` and some have not: six seconds for ten million. `home`: of the policy.
  virtual Result<std::optional<CouponCounts>> count_coupons(PolicyId policy, Partition home) = 0;
  /// The stored code of an offset; none if no batch of this era contains it (any more).
  virtual Result<std::optional<Code>> code_at(Era era, Partition partition, Offset offset) = 0;
  /// The accepted commands of the policy up to and including `until`, oldest first.
  virtual Result<std::vector<PolicyChangeRow>> policy_changes(PolicyId policy, Offset until) = 0;
};

inline constexpr std::int64_t kPrunedAtOnce = 10'000;

/// Writes the store, for the issuer. One connection, used by one thread.
class Writer {
 public:
  virtual ~Writer() = default;
  /// Saves the batch in one transaction. The compare-and-set on (partition, era, first_offset, hash_before,
  /// not halted) is its first statement.
  virtual SaveResult save(const Batch& batch) = 0;
  virtual Result<Position> position(Partition partition) = 0;
  /// Idempotent. Keeps the first reason.
  virtual Status halt(Partition partition, const std::string& reason) = 0;
  /// Closes the session if nothing is written for some time. The next call opens another.
  virtual void rest() {}
  /// Removes a halt, for an operator.
  virtual Status unhalt(Partition partition) = 0;
  /// Makes every node that starts from now on skip this rules record, for an operator. Idempotent.
  virtual Status skip_rules(Partition partition, Offset offset) = 0;
  /// Removes batches that end before `before`, the start of the journal, because no replay can use them.
  /// Removes at most kPrunedAtOnce and never the newest; returns their number. Then the tickets of their
  /// refusals get 410.
  virtual Result<std::int64_t> prune_batches(Partition partition, Offset before) = 0;
};

/// Thread-safe. Must outlive the readers and writers made from it.
class Store {
 public:
  virtual ~Store() = default;
  virtual Result<std::unique_ptr<Reader>> make_reader() = 0;
  virtual Result<std::unique_ptr<Writer>> make_writer() = 0;
  /// From now on calls fail instead of waiting for the database, also calls in progress; for a stop whose
  /// time is over. Any thread.
  virtual void interrupt() {}
};

}  // namespace firstcome::store
