#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/ids.h"
#include "domain/policy.h"
#include "domain/time.h"

namespace firstcome {

/// The numbers are stored. A coupon expires by the clock alone, so EXPIRED is no stored state.
enum class CouponState : std::uint8_t {
  Issued = 1,
  Reserved = 2,  ///< held for an order until a time
  Used = 3,
  Cancelled = 4,
};

std::string_view name_of(CouponState state);

/// What an order, a user or an operator does with one issued coupon. It goes through the journal like a request.
struct CouponCommand {
  /// The numbers are stored.
  enum class Kind : std::uint8_t {
    Reserve = 1,  ///< holds the coupon for an order
    Use = 2,
    Release = 3,  ///< ends a hold
    Restore = 4,  ///< the order of a use was refunded: the coupon can be used again, by another order
    Cancel = 5,   ///< given back by its user, or revoked by an operator
  };
  Kind kind = Kind::Use;
  PolicyId policy;
  std::int64_t sequence = 0;
  /// The id of the order, 1 to kReferenceLimit bytes. (coupon, kind, reference) identifies an accepted command: a
  /// repeat changes nothing. `restore` names the reference of the use.
  std::string reference;
  std::optional<UserId> user;  ///< the command is only for a coupon of this user
  milliseconds hold_for{};     ///< reserve: kShortestHold to kLongestHold, by the clock of the journal
  std::string reason;          ///< cancel: free text for the history
  std::string who;             ///< free text for the history: who gave the command
  std::uint64_t sequence_number = 0;
};

inline constexpr std::array kCouponCommandKinds{CouponCommand::Kind::Reserve, CouponCommand::Kind::Use,
                                                CouponCommand::Kind::Release, CouponCommand::Kind::Restore,
                                                CouponCommand::Kind::Cancel};
std::string_view name_of(CouponCommand::Kind kind);

/// In bytes of UTF-8, without control characters.
inline constexpr std::size_t kReferenceLimit = 64;
inline constexpr std::size_t kReasonLimit = 200;
inline constexpr milliseconds kShortestHold{1'000};
inline constexpr milliseconds kLongestHold{7LL * 24 * 60 * 60 * 1'000};
/// A coupon takes commands of at most this number of references.
inline constexpr std::size_t kReferencesMost = 16;

/// True for 1 to kReferenceLimit bytes without control characters.
bool is_reference(std::string_view text);
/// True for at most kReasonLimit bytes without control characters.
bool is_reason(std::string_view text);

/// The commands of one reference that a coupon has accepted.
struct AcceptedReference {
  std::string text;
  std::uint8_t accepted = 0;  ///< one bit per kind

  static constexpr std::uint8_t bit(CouponCommand::Kind kind) {
    return static_cast<std::uint8_t>(1U << (static_cast<unsigned>(kind) - 1));
  }
  [[nodiscard]] bool has(CouponCommand::Kind kind) const { return (accepted & bit(kind)) != 0; }

  bool operator==(const AcceptedReference&) const = default;
};

/// What has happened to a coupon since it was issued: a row of the table coupon_life. A coupon without a row is
/// ISSUED and was never touched.
struct CouponLife {
  PolicyId policy;
  std::int64_t sequence = 0;
  CouponState state = CouponState::Issued;
  bool gave_back_place = false;  ///< CANCELLED under onCancel RETURN: it does not count against maxCount
  Timestamp held_until{};        ///< RESERVED: the first instant at which the hold is over; otherwise 0
  /// In the order of the last acceptance, so the last one holds, uses or cancelled the coupon.
  std::vector<AcceptedReference> references;

  bool operator==(const CouponLife&) const = default;
};

/// The text of the references in the tables, one line each: "reserve,use order-17\n". Nothing for a text that
/// references_to_text() does not write.
std::string references_to_text(const std::vector<AcceptedReference>& references);
std::optional<std::vector<AcceptedReference>> text_to_references(std::string_view text);

/// An accepted command of a coupon: a row of the table coupon_change.
struct CouponChange {
  PolicyId policy;
  std::int64_t sequence = 0;
  Offset offset = 0;  ///< of the command, in the home of the policy
  Timestamp at;       ///< by the clock of the journal
  CouponCommand::Kind kind = CouponCommand::Kind::Use;
  std::string reference;
  Timestamp held_until{};  ///< reserve
  std::string reason;      ///< cancel
  std::string who;

  bool operator==(const CouponChange&) const = default;
};

/// The first instant at which a coupon that was issued at this time is expired; none: never.
std::optional<Timestamp> expires_at(const Policy& policy, Timestamp issued_at);
/// The first instant from which the clock alone makes that the policy issues no coupon that can be used, and that all of
/// its coupons are expired; none: never, or its import has not ended. Without issue_ends_at it is the end of validity.
/// A command can still change it, unless the policy is closed.
std::optional<Timestamp> policy_expires_at(const Policy& policy);
/// True if the policy is closed and all of its coupons are expired: nothing about it can change any more.
bool is_over(const Policy& policy, Timestamp clock);

}  // namespace firstcome
