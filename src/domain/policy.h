#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

/// What becomes of the place of a cancelled coupon. The numbers are stored.
enum class OnCancel : std::uint8_t {
  Return = 1,  ///< it goes to the next arrival
  Keep = 2,    ///< it stays taken
};

std::string_view name_of(OnCancel on_cancel);

/// The codes of a policy's coupons. The numbers are stored.
enum class CodeKind : std::uint8_t {
  None = 1,
  Generated = 2,  ///< computed from the coupon and a key; not stored
  Imported =
      3,  ///< a list from elsewhere: the coupon with sequence n has the n-th code, so max_count is at most their number
};

std::string_view name_of(CodeKind codes);

/// Who can get a coupon of a policy. The numbers are stored.
enum class Eligible : std::uint8_t {
  Everyone = 1,
  Listed = 2,  ///< the users on the policy's list
};

std::string_view name_of(Eligible eligible);

/// A row of coupon_policy: the terms that an operator has set, and the counts of coupons.
struct Policy {
  PolicyId id;
  std::string name;
  std::int64_t max_count = 0;
  std::int32_t per_user_limit = 1;
  std::optional<Timestamp> issue_starts_at;  ///< first instant at which the policy issues; none: at once
  std::optional<Timestamp> issue_ends_at;    ///< first instant at which it no longer issues; none: never
  std::optional<Timestamp> valid_from;       ///< first instant at which a coupon may be used; none: at once
  std::optional<Timestamp> valid_until;      ///< first instant at which a coupon is expired; none: never
  std::optional<milliseconds> valid_for;     ///< a coupon is expired also this long after it was issued
  OnCancel on_cancel = OnCancel::Return;
  bool reissue = false;  ///< true: a user who gave back a coupon can get another in its place
  CodeKind codes = CodeKind::None;
  std::string code_prefix;  ///< of generated codes
  Eligible eligible = Eligible::Everyone;
  std::string create_key;  ///< the Idempotency-Key of its creation; empty: none
  PolicyState state = PolicyState::Active;
  std::int64_t revision = 0;      ///< increases with every change of terms or state; 1 after create
  std::int64_t issued_count = 0;  ///< coupons ever issued, which is also the newest sequence: never decreases
  std::int64_t active_count = 0;  ///< coupons that count against max_count now; never higher than it
  std::int64_t used_count = 0;    ///< coupons that are USED now
  std::int64_t cancelled_count = 0;
  std::int64_t listed_count = 0;  ///< users that were added to the list, with repetitions
  std::int64_t code_count = 0;    ///< imported codes
  Timestamp newest_issued_at{};   ///< the latest issued_at of all coupons; 0 before the first
  std::uint64_t coupons_hash =
      0;  ///< sum of the hashes of all coupons of the policy, their lives, listed users, and imported codes

  bool operator==(const Policy&) const = default;
};

/// A user on the list of a policy: a row of the table eligible_user.
struct ListedUser {
  PolicyId policy;
  UserId user;
  std::int64_t number = 0;  ///< 1-based, in the order in which users were listed
  Offset offset = 0;        ///< of the record that listed the user, in the home of the policy

  bool operator==(const ListedUser&) const = default;
};

/// An imported code: a row of the table coupon_code.
struct ImportedCode {
  PolicyId policy;
  std::int64_t sequence = 0;  ///< of the coupon that has the code, issued or not
  std::string code;
  Offset offset = 0;  ///< of the record that added the code, in the home of the policy

  bool operator==(const ImportedCode&) const = default;
};

/// The largest max_count, so that sequences fit in 32 bits in memory.
inline constexpr std::int64_t kMaxCountLimit = 1'000'000'000;
inline constexpr std::int64_t kListedMost = 100'000'000;
inline constexpr std::int64_t kImportedCodesMost = 50'000'000;
/// In bytes.
inline constexpr std::size_t kImportedCodeLimit = 64;
/// True for 1 to kImportedCodeLimit visible ASCII characters.
bool is_imported_code(std::string_view text);
/// In bytes of UTF-8.
inline constexpr std::size_t kPolicyNameLimit = 200;
inline constexpr std::int32_t kPerUserLimitMost = 1'000;
/// The most coupons of one policy that a user can ever be issued, also with `reissue`.
inline constexpr std::int32_t kOrdinalMost = 10'000;
inline constexpr std::size_t kCodePrefixLimit = 12;
/// True for 2 to kCodePrefixLimit characters A-Z and 0-9, the first a letter. Codes contain the policy, so a prefix need
/// not be unique.
bool is_code_prefix(std::string_view text);
/// Printable ASCII, in bytes.
inline constexpr std::size_t kCreateKeyLimit = 128;
inline constexpr milliseconds kShortestValidFor{1'000};
inline constexpr milliseconds kLongestValidFor{100LL * 366 * 24 * 60 * 60 * 1'000};

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
