#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check/history_row.h"
#include "domain/coupon_life.h"
#include "domain/state.h"

/// Evidence of a run as plain values: the responses that callers got, the rows of the store, and the journal as
/// the naive model decides it. Shares only src/domain with the code that it verifies.
namespace firstcome::check {

class NaiveModel;

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

struct CouponChangeFact {
  CouponChange change;
  Partition partition = 0;
  bool operator==(const CouponChangeFact&) const = default;
};

struct ListedUserFact {
  ListedUser listed;
  Partition partition = 0;
  bool operator==(const ListedUserFact&) const = default;
};

struct ImportedCodeFact {
  ImportedCode code;
  Partition partition = 0;
  bool operator==(const ImportedCodeFact&) const = default;
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

/// The rows of the store, from one snapshot.
struct StoreRows {
  std::vector<PositionFact> positions;
  std::vector<Policy> policies;
  std::vector<CouponFact> coupons;
  std::vector<ChangeFact> changes;
  std::vector<BatchFact> batches;
  std::vector<CouponLife> lives;
  std::vector<CouponChangeFact> coupon_changes;
  std::vector<ListedUserFact> listed;
  std::vector<ImportedCodeFact> imported_codes;
};

/// An undecodable record, as the dead letters have it.
struct DeadLetter {
  Place original;
  std::optional<std::string> key;
  std::optional<std::string> value;
};

struct Evidence {
  std::vector<HistoryRow> history;
  /// Of the commands of coupons. One for each row, so equal texts may have different numbers.
  std::vector<std::string> references;
  std::int64_t first_line = 1;  ///< row i is line first_line + i of the history's file
  milliseconds max_staleness{1'000};
  /// The history has every request for coupons of the policies that it created, and if it has a command of a coupon,
  /// all of those.
  bool complete = true;

  std::optional<StoreRows> store;  ///< read before the journal
  /// All decisions are saved: there are no more requests, and the issuer has finished.
  bool at_rest = false;

  const NaiveModel* journal = nullptr;  ///< the journal, decided up to its end
  /// Records of producers that are not in the history are marked as foreign.
  bool foreign_is_marked = false;
  std::optional<std::vector<DeadLetter>> dead_letters;
};

}  // namespace firstcome::check
