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
  BadPerUserLimit,  ///< not 1..kPerUserLimitMost
  BelowHeld,        ///< perUserLimit below the coupons that a user holds
  BadValidFor,      ///< not kShortestValidFor..kLongestValidFor
  BadCodes,         ///< generated codes without a valid prefix, or a prefix without generated codes
  CodesAreFixed,    ///< codes cannot change after the creation
  BadWindow,        ///< the end is not after the start
  BeingImported,    ///< during an import only `import` and `close` are accepted
  NotImporting,
  EmptyChunk,         ///< only the last chunk may have no coupons
  NotTheNext,         ///< `first` is not the last sequence + 1
  AboveMaxCount,      ///< more coupons than maxCount
  UserTwice,          ///< in the chunk, or already a coupon owner
  WrongTotal,         ///< the last chunk's count or hash
  NotListed,          ///< a list for a policy that is for everyone
  ListedAndImported,  ///< create with a list and importing
  EligibleIsFixed,    ///< `eligible` in a change
  NotTheNextListed,   ///< `first` is not listed_count + 1
  ListTooLong,        ///< more users than kListedMost
  EmptyList,          ///< a chunk of a list without users
  AboveCodes,         ///< maxCount above the imported codes
  CodesAreSpent,      ///< onCancel RETURN with imported codes
  CodesAndImported,   ///< create with imported codes and importing
  CodesNotImported,   ///< a list of codes for a policy without imported codes
  EmptyCodes,         ///< a chunk without codes
  NotTheNextCode,     ///< `first` is not code_count + 1
  OtherCodes,         ///< a repeated chunk with other codes
  TooManyCodes,       ///< more than kImportedCodesMost
  CodeTwice,          ///< in the chunk, or already a code of the policy
  OlderRules,         ///< a rules record with an older version than the current one
  NotTheNextOrdinal,  ///< a request for an ordinal although the user does not have the coupon before it
  TooManyOrdinals,    ///< the user was issued kOrdinalMost coupons of the policy
  TooManyReferences,  ///< the coupon has accepted commands of kReferencesMost references
  RestoredReference,  ///< the use of this reference was taken back, so it cannot hold or use the coupon again
};

std::string_view explain(RefusalReason reason);

/// What the decider returns for one record.
struct Decision {
  Code code = Code::None;
  RefusalReason reason = RefusalReason::None;
  /// SUCCESS: of the issued coupon; ALREADY_ISSUED: of the user's coupon; a coupon command: of that coupon, unless
  /// it is unknown. Otherwise 0.
  std::int64_t sequence = 0;
  Timestamp issued_at{};
  std::int32_t ordinal = 0;        ///< of the coupon with this sequence; 0 without one
  std::int64_t repeated_code = 0;  ///< CodeTwice: the number of the first code that there is already
};

}  // namespace firstcome
