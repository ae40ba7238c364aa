#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "domain/decision.h"
#include "domain/place.h"
#include "domain/policy.h"
#include "replica/answer.h"

namespace firstcome::admission {

/// The number by which the owner of the connections finds a waiting caller. Admission only passes it on.
using Caller = std::uint64_t;

/// What is known about a request when it is answered.
enum class ReplyKind : std::uint8_t {
  Decided,         ///< `decision` has the result
  Pending,         ///< 202: appended at a known place, not decided within the wait
  Overloaded,      ///< 503: nothing was appended, too many requests are waiting
  Unavailable,     ///< 503: nothing was appended, this node or the journal is not available
  OutcomeUnknown,  ///< 503: the request may have been appended, or may still be
};

/// The position that an early refusal refers to: it has no record, so no place of its own.
struct AsOf {
  Place place;
  Timestamp clock;  ///< the journal's clock there
  bool operator==(const AsOf&) const = default;
};

struct Reply {
  ReplyKind kind = ReplyKind::Decided;
  Decision decision;  ///< when Decided
  PolicyId policy;
  UserId user;               ///< 0 in the reply to a command
  std::int32_t ordinal = 1;  ///< of the requested coupon; see IssueRequest
  std::optional<Place> place;
  std::optional<AsOf> as_of;
  Instant read_at{};                           ///< when Decided by a record: when this node had it
  std::optional<Timestamp> issue_starts_at;    ///< with NOT_STARTED
  std::shared_ptr<const Policy> policy_after;  ///< replies to policy commands, where the policy exists
  /// Replies to coupon commands, where the coupon exists and its policy is not over.
  std::shared_ptr<const replica::CouponAsOf> coupon_after;
  bool by_database = false;   ///< `decision` is by the rows of the database
  std::string_view detail{};  ///< Overloaded, Unavailable: the reason; static text
};

}  // namespace firstcome::admission
