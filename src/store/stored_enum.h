#pragma once

#include <cstdint>
#include <optional>

#include "domain/coupon_life.h"

/// The numbers of enums in the tables. None for a number that this version does not support.
namespace firstcome::store {

template <class Enum>
std::optional<Enum> enum_from_number(std::int64_t number, Enum last) {
  if (number < 1 || number > static_cast<std::int64_t>(last)) return std::nullopt;
  return static_cast<Enum>(number);
}

inline std::optional<PolicyState> policy_state_from(std::int64_t number) {
  return enum_from_number(number, kLastPolicyState);
}
inline std::optional<OnCancel> on_cancel_from(std::int64_t number) {
  return enum_from_number(number, OnCancel::Keep);
}
inline std::optional<CodeKind> code_kind_from(std::int64_t number) {
  return enum_from_number(number, CodeKind::Imported);
}
inline std::optional<Eligible> eligible_from(std::int64_t number) {
  return enum_from_number(number, Eligible::Listed);
}
inline std::optional<CouponState> coupon_state_from(std::int64_t number) {
  return enum_from_number(number, CouponState::Cancelled);
}
inline std::optional<CouponCommand::Kind> command_kind_from(std::int64_t number) {
  return enum_from_number(number, CouponCommand::Kind::Cancel);
}

inline std::optional<std::int64_t> maybe_count(std::optional<milliseconds> time) {
  return time ? std::optional<std::int64_t>(time->count()) : std::nullopt;
}

/// Columns with times that have no value yet: 0 in memory, null in the tables.
inline std::optional<Timestamp> null_if_zero(Timestamp time) {
  return time == Timestamp{} ? std::nullopt : std::optional(time);
}

}  // namespace firstcome::store
