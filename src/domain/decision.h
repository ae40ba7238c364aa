#pragma once

#include <string_view>

#include "domain/code.h"
#include "domain/policy.h"

namespace firstcome {

/// Why a command or a request was REFUSED. For the answer only; never stored.
enum class RefusalReason : std::uint8_t {
  None,
  MissingField,     ///< create without name or maxCount
  BadName,          ///< empty, too long
  BadMaxCount,      ///< not 1..kMaxCountLimit
  BelowActive,      ///< maxCount below the coupons already issued
  BadPerUserLimit,  ///< only 1 is accepted today
  BadWindow,        ///< the end is not after the start
  BeingImported,    ///< until the import ends, only import and close
  NotImporting,
  EmptyChunk,         ///< only the last chunk may have no coupons
  NotTheNext,         ///< `first` is not the sequence after the last one
  AboveMaxCount,      ///< more coupons than maxCount
  UserTwice,          ///< in the chunk, or a holder already
  WrongTotal,         ///< the last chunk's count or hash
  OlderRules,         ///< a rules record naming an older version than the one in force
  NotTheNextOrdinal,  ///< a request for a coupon after one that the user was never given
};

std::string_view explain(RefusalReason reason);

/// What the decider says about one record.
struct Decision {
  Code code = Code::None;
  RefusalReason reason = RefusalReason::None;
  /// SUCCESS: the coupon just issued; ALREADY_ISSUED: the one the user holds. Else 0.
  std::int64_t sequence = 0;
  Timestamp issued_at{};
};

}  // namespace firstcome
