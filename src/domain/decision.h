#pragma once

#include <string_view>

#include "domain/code.h"
#include "domain/policy.h"

namespace firstcome {

/// Why a command or a request was REFUSED. Only for the answer; never stored.
enum class RefusalReason : std::uint8_t {
  None,
  MissingField,     ///< create without name or maxCount
  BadName,          ///< empty, too long
  BadMaxCount,      ///< not 1..kMaxCountLimit
  BelowActive,      ///< maxCount below the coupons already issued
  BadPerUserLimit,  ///< only 1 is accepted today
  BadWindow,        ///< the end is not after the start
  BeingImported,    ///< during an import only `import` and `close` are accepted
  NotImporting,
  EmptyChunk,         ///< only the last chunk may have no coupons
  NotTheNext,         ///< `first` is not the last sequence + 1
  AboveMaxCount,      ///< more coupons than maxCount
  UserTwice,          ///< in the chunk, or already a coupon owner
  WrongTotal,         ///< the last chunk's count or hash
  OlderRules,         ///< a rules record with an older version than the current one
  NotTheNextOrdinal,  ///< a request for an ordinal although the user does not have the coupon before it
};

std::string_view explain(RefusalReason reason);

/// What the decider returns for one record.
struct Decision {
  Code code = Code::None;
  RefusalReason reason = RefusalReason::None;
  /// SUCCESS: of the issued coupon; ALREADY_ISSUED: of the user's coupon. Otherwise 0.
  std::int64_t sequence = 0;
  Timestamp issued_at{};
};

}  // namespace firstcome
