#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "domain/ids.h"

namespace firstcome::audit {

/// Which side of a partition an audit finds wrong.
enum class Verdict : std::uint8_t {
  Agree,      ///< journal and store agree, and nothing is halted
  Node,       ///< they agree, and yet a node halted the partition: that node was wrong
  Rows,       ///< the store: rows were changed after they were saved
  Decisions,  ///< the store: what was saved is not what this program decides
  Journal,    ///< it is not the journal that the store has followed, or it has lost its end
  NotJudged,  ///< the journal has lost records that were not saved
};

/// What the comparison of one partition found.
struct Findings {
  bool halted = false;
  bool other_journal = false;  ///< another identity or checksum, or it ends before the store's position
  bool no_start = false;       ///< no place to replay from
  bool any = false;            ///< any difference
  bool rows = false;           ///< in coupon, coupon_policy or policy_change
  bool position_hash = false;  ///< the state hash at the store's position is not the journal's
};

Verdict judge(const Findings& findings);
std::string_view name_of(Verdict verdict);
/// Which side is wrong, how that is known, and what to do; empty for Agree.
std::string in_words(Verdict verdict, Partition partition, bool halted);

}  // namespace firstcome::audit
