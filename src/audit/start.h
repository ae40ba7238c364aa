#pragma once

#include <optional>

#include "audit/stored_rows.h"
#include "decide/decider.h"
#include "journal/record_json.h"

namespace firstcome::audit {

/// Where the replay of a partition begins, and the state there.
struct Start {
  Offset offset = 0;
  decide::Decider decider;
  bool adds_up = true;  ///< false: rows from before the start are not those whose hash was saved there
};

/// The first place at or behind `first_held`, the first offset the journal still has, whose state is known:
/// the beginning, or where a saved batch ends. The state there is clock, rules and marks of that batch, the
/// policies by their commands so far and the coupons so far. Nothing when there is no such place.
std::optional<Start> find_start(Partition self, const store::Settings& settings, Offset first_held,
                                const StoredPartition& stored);

/// Does a row's place lie before the start, so that the replay does not come by it?
struct Given {
  Partition partition = 0;
  Era era = 1;
  Offset start = 0;

  [[nodiscard]] bool has(Era row_era, Partition row_partition, Offset offset) const {
    return row_era < era || (row_era == era && row_partition == partition && offset < start);
  }
  [[nodiscard]] bool has(const StoredCoupon& row) const { return has(row.era, row.partition, row.offset); }
  [[nodiscard]] bool has(const store::StoredChange& row) const {
    return has(row.era, row.partition, row.change.offset);
  }
};

/// Reads the commands of policy_change as the journal's records are read: that is how they are stored.
class CommandReader {
 public:
  /// Nothing: no command has left this row.
  std::optional<PolicyCommand> read(const store::PolicyChangeRow& change, std::int32_t rules);

 private:
  journal::RecordDecoder decoder_;
  Record record_;
};

Coupon coupon_of(PolicyId policy, const StoredCoupon& row);

/// The replay met rules that this version does not know.
Error rules_beyond(Partition partition, Offset offset, const decide::UnsupportedRules& beyond);

}  // namespace firstcome::audit
