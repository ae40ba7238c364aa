#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "domain/check.h"

namespace firstcome {

/// The result of one record, stored as one byte for every offset. A number never changes its meaning.
enum class Code : std::uint8_t {
  None = 0,  ///< an offset without a record (transaction marker, aborted record)
  Success = 1,
  AlreadyIssued = 2,
  SoldOut = 3,
  NotStarted = 4,
  Ended = 5,
  Paused = 6,
  Closed = 7,
  UnknownPolicy = 8,
  Invalid = 9,
  Forwarded = 10,
  Duplicate = 11,
  Accepted = 12,
  Refused = 13,
  Stale = 14,
  Exists = 15,
  Rules = 16,
  Unchanged = 17,
  UnknownCoupon = 18,
  AlreadyUsed = 19,
  Reserved = 20,
  Cancelled = 21,
  Expired = 22,
  NotYetValid = 23,
  NotReserved = 24,
  NotUsed = 25,
  NotEligible = 26,
};

struct CodeRow {
  Code code;
  std::string_view name;     ///< on the wire
  std::string_view meaning;  ///< one sentence for callers and operators
};

// clang-format off
/// All codes, by their numbers. src/api/results.h adds the HTTP statuses.
inline constexpr auto kCodes = std::to_array<CodeRow>({
    {Code::None, "NONE", "The journal has no record at this offset."},
    {Code::Success, "SUCCESS", "The coupon is issued to this user."},
    {Code::AlreadyIssued, "ALREADY_ISSUED", "This user holds a coupon of this policy already."},
    {Code::SoldOut, "SOLD_OUT", "Every coupon of this policy is issued."},
    {Code::NotStarted, "NOT_STARTED", "Issuing has not started yet."},
    {Code::Ended, "ENDED", "Issuing has ended."},
    {Code::Paused, "PAUSED", "Issuing is paused."},
    {Code::Closed, "CLOSED", "The policy is closed permanently."},
    {Code::UnknownPolicy, "UNKNOWN_POLICY", "No policy has this id."},
    {Code::Invalid, "INVALID", "The record cannot be read as a request or a command."},
    {Code::Forwarded, "FORWARDED", "The record belongs to another partition and is decided there."},
    {Code::Duplicate, "DUPLICATE", "The record was forwarded here before and is decided already."},
    {Code::Accepted, "ACCEPTED", "The command is carried out."},
    {Code::Refused, "REFUSED", "The command or the request cannot be carried out."},
    {Code::Stale, "STALE", "The policy has changed since the revision the command names."},
    {Code::Exists, "EXISTS", "A policy has this id already; ids are never used again."},
    {Code::Rules, "RULES", "From here on the rules of the named version decide."},
    {Code::Unchanged, "UNCHANGED", "The policy or the coupon is already as the command asks for."},
    {Code::UnknownCoupon, "UNKNOWN_COUPON", "No coupon has this sequence or code, or it belongs to another user."},
    {Code::AlreadyUsed, "ALREADY_USED", "Another order has used this coupon."},
    {Code::Reserved, "RESERVED", "Another order holds this coupon."},
    {Code::Cancelled, "CANCELLED", "This coupon is cancelled permanently."},
    {Code::Expired, "EXPIRED", "This coupon is expired."},
    {Code::NotYetValid, "NOT_YET_VALID", "This coupon cannot be used yet."},
    {Code::NotReserved, "NOT_RESERVED", "This order holds no coupon that could be released."},
    {Code::NotUsed, "NOT_USED", "The coupon is not used, so its use cannot be taken back."},
    {Code::NotEligible, "NOT_ELIGIBLE", "This user is not on the list of the policy."},
});
// clang-format on

inline constexpr std::size_t kCodeCount = kCodes.size();

static_assert([] {
  for (std::size_t i = 0; i < kCodes.size(); ++i) {
    if (static_cast<std::size_t>(kCodes[i].code) != i) return false;
  }
  return true;
}());

constexpr const CodeRow& row_of(Code code) {
  CHECK(static_cast<std::size_t>(code) < kCodes.size());
  return kCodes[static_cast<std::size_t>(code)];
}
constexpr std::string_view name_of(Code code) { return row_of(code).name; }
constexpr std::string_view meaning_of(Code code) { return row_of(code).meaning; }
/// None for a number that this version does not support.
constexpr std::optional<Code> code_from_number(std::uint8_t number) {
  if (number >= kCodes.size()) return std::nullopt;
  return static_cast<Code>(number);
}

}  // namespace firstcome
