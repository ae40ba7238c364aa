#pragma once

#include <optional>

#include "audit/stored_rows.h"
#include "decide/decider.h"
#include "journal/record_json.h"

namespace firstcome::audit {

/// The offset at which the replay of a partition begins, and the state there.
struct Start {
  Offset offset = 0;
  decide::Decider decider;
  bool hash_matches = true;  ///< false: the rows before `offset` do not have the hash that was saved there
};

/// The first offset whose state is known, not before `journal_start`: 0, or the end of a saved batch. The state is
/// the clock, rules and marks of that batch, and the policies and coupons of the rows before. Empty if there is
/// no such offset.
std::optional<Start> find_start(Partition self, const store::Settings& settings, Offset journal_start,
                                const StoredPartition& stored);

/// The rows of records before the start, which the replay does not decide.
struct RowsBeforeStart {
  Partition partition = 0;
  Era era = 1;
  Offset start = 0;

  [[nodiscard]] bool contains(Era row_era, Partition row_partition, Offset offset) const {
    return row_era < era || (row_era == era && row_partition == partition && offset < start);
  }
  [[nodiscard]] bool contains(const StoredCoupon& row) const {
    return contains(row.era, row.partition, row.offset);
  }
  [[nodiscard]] bool contains(const store::StoredChange& row) const {
    return contains(row.era, row.partition, row.change.offset);
  }
  [[nodiscard]] bool contains(const StoredCouponChange& row) const {
    return contains(row.era, row.partition, row.offset);
  }
  [[nodiscard]] bool contains(const StoredCode& row) const {
    return contains(row.era, row.partition, row.offset);
  }
  [[nodiscard]] bool contains(const StoredListedUser& row) const {
    return contains(row.era, row.partition, row.offset);
  }
};

/// Reads the commands of policy_change, which are stored in the format of journal records.
class CommandReader {
 public:
  /// Empty if the row does not have a valid command.
  std::optional<PolicyCommand> read(const store::PolicyChangeRow& change, std::int32_t rules);

 private:
  journal::RecordDecoder decoder_;
  Record record_;
};

Coupon coupon_of(PolicyId policy, const StoredCoupon& row);
ListedUser listed_of(PolicyId policy, const StoredListedUser& row);
ImportedCode code_of(PolicyId policy, const StoredPolicy& stored, const StoredCode& row);

/// Fails if the state at the start is by rules that this version does not support.
Status check_rules(Partition partition, const Start& start);
/// The error for a rules record that this version does not support.
Error unsupported_rules_error(Partition partition, Offset offset, const decide::UnsupportedRules& rules);

}  // namespace firstcome::audit
