#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "domain/ids.h"
#include "domain/time.h"

namespace firstcome {

/// The numbers are stored.
enum class PolicyState : std::uint8_t {
  Active = 1,
  Paused = 2,
  Closed = 3,
  Importing = 4,  ///< the coupons of another system are being imported; no coupon is issued
};
/// The state with the highest number.
inline constexpr PolicyState kLastPolicyState = PolicyState::Importing;

std::string_view name_of(PolicyState state);

/// A row of coupon_policy: the terms that an operator has set, and the counts of coupons.
struct Policy {
  PolicyId id;
  std::string name;
  std::int64_t max_count = 0;
  std::int32_t per_user_limit = 1;
  std::optional<Timestamp> issue_starts_at;  ///< first instant at which the policy issues; none: at once
  std::optional<Timestamp> issue_ends_at;    ///< first instant at which it no longer issues; none: never
  std::optional<Timestamp> valid_from;       ///< when a coupon may be used; firstcome does not check it
  std::optional<Timestamp> valid_until;
  PolicyState state = PolicyState::Active;
  std::int64_t revision = 0;      ///< increases with every change of terms or state; 1 after create
  std::int64_t issued_count = 0;  ///< coupons ever issued, which is also the newest sequence: never decreases
  std::int64_t active_count = 0;  ///< coupons that count against max_count now; never higher than it
  std::uint64_t coupons_hash = 0;  ///< sum of the hashes of all coupons of the policy

  bool operator==(const Policy&) const = default;
};

/// The largest max_count, so that sequences fit in 32 bits in memory.
inline constexpr std::int64_t kMaxCountLimit = 1'000'000'000;
/// In bytes of UTF-8.
inline constexpr std::size_t kPolicyNameLimit = 200;

/// A row of the table coupon.
struct Coupon {
  PolicyId policy;
  std::int64_t sequence = 0;
  UserId user;
  std::int32_t user_ordinal = 1;  ///< 1-based ordinal of this coupon among the user's coupons of the policy
  Timestamp issued_at;            ///< journal time of the record that won
  Offset offset = 0;              ///< of that record, in the home of the policy

  bool operator==(const Coupon&) const = default;
};

}  // namespace firstcome
