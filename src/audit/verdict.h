#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/ids.h"

namespace firstcome::audit {

/// Which side of a partition is wrong.
enum class Verdict : std::uint8_t {
  Agree,      ///< journal and store agree, and the partition is not halted
  Node,       ///< they agree, but a node halted the partition: that node was wrong
  Rows,       ///< the store: rows were changed after they were saved
  Decisions,  ///< the store: the saved decisions differ from those of this program
  Journal,    ///< this is not the journal that the store follows, or its end is lost
  NotJudged,  ///< the journal has lost records that were not saved
};

/// What the comparison of one partition found.
struct Findings {
  bool halted = false;
  bool other_journal = false;  ///< another identity or checksum, or it ends before the store's batches
  bool no_start = false;       ///< there is no offset to replay from
  bool any = false;            ///< any difference
  bool rows = false;           ///< in coupon, coupon_life, coupon_change, coupon_policy or policy_change
  bool position_hash = false;  ///< the state hash at the store's position differs
};

Verdict judge(const Findings& findings);
std::string_view name_of(Verdict verdict);
/// Which side is wrong, why, and what to do; empty for Agree.
std::string advice(Verdict verdict, Partition partition, bool halted);

}  // namespace firstcome::audit
