#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/code.h"
#include "domain/policy.h"
#include "domain/state.h"

/// What a run left behind, as plain values: what users were told, the journal's bytes, the store's rows.
/// Shares nothing with the code it judges but the words of the domain.
namespace firstcome::check {

/// What one caller was told, in the words of the wire.
enum class Told : std::uint8_t {
  Decided,   ///< `code` says how; with a place it is final, with as_of it is an early refusal
  Pending,   ///< 202: it stands at `place`, undecided
  NotTaken,  ///< 503, nothing was appended
  Unknown,   ///< it may have been appended or may still be: 503 OUTCOME_UNKNOWN, or the connection broke
};

struct Place {
  Partition partition = 0;
  Offset offset = 0;
  auto operator<=>(const Place&) const = default;
};

enum class Asked : std::uint8_t {
  Coupon,   ///< POST .../coupons
  Command,  ///< a policy command
  Ticket,   ///< GET /v1/requests/{ticket}: `place` is the ticket's
};

/// One request and its reply. Times are one clock's milliseconds: true time, for `answered` the moment
/// the reply left, for `sent` the moment the request arrived.
struct HistoryRow {
  Asked asked = Asked::Coupon;
  PolicyId policy;
  UserId user;  ///< 0 for a command
  Timestamp sent;
  Timestamp answered;
  Told told = Told::Unknown;
  Code code = Code::None;
  std::int64_t sequence = 0;
  std::optional<Timestamp> issued_at;
  std::optional<Place> place;
  std::optional<Place> as_of;            ///< an early refusal speaks of the journal before this place
  std::optional<std::int64_t> revision;  ///< a command's: of the policy it left behind
  int told_by = 0;                       ///< which server, for people
};

/// A record as the journal holds it.
struct JournalRecord {
  Offset offset = 0;
  Timestamp timestamp;
  bool log_append_time = true;
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::string>> headers;
  /// When it could first be read, by the clock of the history; nothing where nobody knows.
  std::optional<Timestamp> visible_at;
  bool foreign = false;  ///< known to come from a producer that is not in the history
};

struct JournalPartition {
  std::vector<JournalRecord> records;  ///< by offset
  Offset end = 0;
};

struct CouponFact {
  Coupon coupon;
  Partition partition = 0;
  bool operator==(const CouponFact&) const = default;
};

struct ChangeFact {
  PolicyId policy;
  std::int64_t revision = 0;
  Offset offset = 0;
  Timestamp at;
  std::string command;  ///< JSON
};

struct BatchFact {
  Partition partition = 0;
  Offset first_offset = 0;
  std::vector<std::uint8_t> codes;
  PartitionState after;
};

struct PositionFact {
  Partition partition = 0;
  Offset next_offset = 0;
  PartitionState state;
  std::string halted_reason;
};

struct StoreRows {
  std::vector<PositionFact> positions;
  std::vector<Policy> policies;
  std::vector<CouponFact> coupons;
  std::vector<ChangeFact> changes;
  std::vector<BatchFact> batches;
};

struct Evidence {
  std::int32_t home_partitions = 0;       ///< the partitions policies live in; the journal may have more
  std::vector<JournalPartition> journal;  ///< by partition
  std::vector<JournalRecord> dead_letters;
  StoreRows store;
  std::vector<HistoryRow> history;
  milliseconds max_staleness{1'000};
};

/// A broken promise, in words.
struct Finding {
  std::string check;  ///< C1 … C10
  std::string text;
};
using Findings = std::vector<Finding>;

}  // namespace firstcome::check
