#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "check/history_row.h"
#include "domain/state.h"

/// What a run left behind, as plain values: what users were told, the store's rows, the journal as the naive
/// model decides it. Shares nothing with the code it judges but the words of the domain.
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

/// The store's rows, of one snapshot.
struct StoreRows {
  std::vector<PositionFact> positions;
  std::vector<Policy> policies;
  std::vector<CouponFact> coupons;
  std::vector<ChangeFact> changes;
  std::vector<BatchFact> batches;
};

/// A copy of an undecodable record, as the dead letters keep it.
struct DeadLetter {
  Place original;
  std::optional<std::string> key;
  std::optional<std::string> value;
};

struct Evidence {
  std::vector<HistoryRow> history;
  std::int64_t first_line = 1;  ///< of the history's file: row i stands at line first_line + i
  milliseconds max_staleness{1'000};
  /// Nobody outside the history asked for coupons of the policies that it created, so that each of their
  /// coupons must be somebody's here.
  bool alone = true;

  std::optional<StoreRows> store;  ///< read before the journal was
  /// Everything decided is saved: nobody asks any more and the issuer has had its time.
  bool at_rest = false;

  const NaiveModel* journal = nullptr;  ///< the journal, read and decided to its end
  /// What other producers than those of the history appended is marked in the journal as foreign.
  bool foreign_is_marked = false;
  std::optional<std::vector<DeadLetter>> dead_letters;
};

}  // namespace firstcome::check
