#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domain/ids.h"
#include "domain/time.h"

namespace firstcome {

/// Stored as these numbers.
enum class PolicyState : std::uint8_t {
  Active = 1,
  Paused = 2,
  Closed = 3,
  Importing = 4,  ///< the coupons another system has issued are still coming in: nobody is issued any
};
/// The highest of the numbers.
inline constexpr PolicyState kLastPolicyState = PolicyState::Importing;

std::string_view name_of(PolicyState state);

/// A row of coupon_policy: what an operator set, and how far issuing has come.
struct Policy {
  PolicyId id;
  std::string name;
  std::int64_t max_count = 0;
  std::int32_t per_user_limit = 1;
  std::optional<Timestamp> issue_starts_at;  ///< first instant at which it issues; none = at once
  std::optional<Timestamp> issue_ends_at;    ///< first instant at which it no longer does; none = never
  std::optional<Timestamp> valid_from;       ///< when an issued coupon may be used; not judged here
  std::optional<Timestamp> valid_until;
  PolicyState state = PolicyState::Active;
  std::int64_t revision = 0;      ///< raised by every change of its terms or state; 1 after create
  std::int64_t issued_count = 0;  ///< coupons ever issued, which is also the newest sequence: never decreases
  std::int64_t active_count = 0;  ///< coupons that count against max_count now: never above it
  std::uint64_t coupons_hash = 0;  ///< order-independent sum over the policy's coupons

  bool operator==(const Policy&) const = default;
};

/// The largest stock one policy may have. Sequences fit 32 bits in memory.
inline constexpr std::int64_t kMaxCountLimit = 1'000'000'000;
/// Bytes of UTF-8.
inline constexpr std::size_t kPolicyNameLimit = 200;

/// A row of coupon: one coupon of one user.
struct Coupon {
  PolicyId policy;
  std::int64_t sequence = 0;
  UserId user;
  std::int32_t user_ordinal = 1;  ///< the user's how-manieth coupon of this policy
  Timestamp issued_at;            ///< the journal's time of the winning record
  Offset offset = 0;              ///< the winning record's place in the policy's home partition

  bool operator==(const Coupon&) const = default;
};

}  // namespace firstcome
