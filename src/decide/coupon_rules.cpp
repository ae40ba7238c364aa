#include "decide/coupon_rules.h"

#include <algorithm>
#include <utility>

#include "domain/check.h"

namespace firstcome::decide {
namespace {

using Kind = CouponCommand::Kind;

/// The code for a command that this state does not allow.
Code refusal_of(CouponState state) {
  switch (state) {
    case CouponState::Issued: return Code::NotReserved;
    case CouponState::Reserved: return Code::Reserved;
    case CouponState::Used: return Code::AlreadyUsed;
    case CouponState::Cancelled: return Code::Cancelled;
  }
  CHECK(false);
}

/// ACCEPTED if an order may hold or use the coupon.
Code to_order(CouponState state, bool holds, const CouponTerms& terms, Timestamp clock) {
  if (state != CouponState::Issued && !holds) return refusal_of(state);
  if (terms.expires_at && clock >= *terms.expires_at) return Code::Expired;
  if (terms.valid_from && clock < *terms.valid_from) return Code::NotYetValid;
  return Code::Accepted;
}

Code to_restore(CouponState state, bool uses) {
  if (uses) return Code::Accepted;
  if (state == CouponState::Issued || state == CouponState::Reserved) return Code::NotUsed;
  return refusal_of(state);
}

Code to_cancel(CouponState state, const CouponTerms& terms, Timestamp clock) {
  if (state != CouponState::Issued) return refusal_of(state);
  if (terms.expires_at && clock >= *terms.expires_at) return Code::Expired;
  return Code::Accepted;
}

CouponState state_after(Kind kind) {
  switch (kind) {
    case Kind::Reserve: return CouponState::Reserved;
    case Kind::Use: return CouponState::Used;
    case Kind::Release:
    case Kind::Restore: return CouponState::Issued;
    case Kind::Cancel: return CouponState::Cancelled;
  }
  CHECK(false);
}

/// Adds the command to those that the coupon has accepted; its reference becomes the last one.
void remember(const CouponCommand& command, std::vector<AcceptedReference>& references) {
  auto known = std::ranges::find(references, command.reference, &AcceptedReference::text);
  if (known == references.end()) known = references.insert(known, {.text = command.reference});
  known->accepted |= AcceptedReference::bit(command.kind);
  std::rotate(known, known + 1, references.end());
}

void accept(const CouponCommand& command, const CouponTerms& terms, Timestamp clock, CouponLife& life) {
  life.state = state_after(command.kind);
  life.gave_back_place = command.kind == Kind::Cancel && terms.on_cancel == OnCancel::Return;
  life.held_until = {};
  if (command.kind == Kind::Reserve) {
    life.held_until = clock + command.hold_for;
    if (terms.expires_at) life.held_until = std::min(life.held_until, *terms.expires_at);
  }
  remember(command, life.references);
}

}  // namespace

CouponTerms terms_of(const Policy& policy, Timestamp issued_at) {
  return {policy.valid_from, expires_at(policy, issued_at), policy.on_cancel};
}

CouponState state_at(const CouponLife& life, Timestamp clock) {
  const bool lapsed = life.state == CouponState::Reserved && clock >= life.held_until;
  return lapsed ? CouponState::Issued : life.state;
}

CouponOutcome apply_command(const CouponCommand& command, const CouponTerms& terms, Timestamp clock,
                            CouponLife& life) {
  const CouponState state = state_at(life, clock);
  const auto known = std::ranges::find(life.references, command.reference, &AcceptedReference::text);
  const bool is_known = known != life.references.end();
  const bool is_last = is_known && known + 1 == life.references.end();
  const bool holds = is_last && state == CouponState::Reserved;
  const bool extends = holds && command.kind == Kind::Reserve;
  if (is_known && known->has(command.kind) && !extends) return {Code::Unchanged};
  const bool orders = command.kind == Kind::Reserve || command.kind == Kind::Use;
  if (orders && is_known && known->has(Kind::Restore)) {
    return {Code::Refused, RefusalReason::RestoredReference};
  }

  Code code = Code::Accepted;
  switch (command.kind) {
    case Kind::Reserve:
    case Kind::Use: code = to_order(state, holds, terms, clock); break;
    case Kind::Release: code = holds ? Code::Accepted : refusal_of(state); break;
    case Kind::Restore: code = to_restore(state, is_last && state == CouponState::Used); break;
    case Kind::Cancel: code = to_cancel(state, terms, clock); break;
  }
  if (code != Code::Accepted) return {code};
  if (!is_known && life.references.size() >= terms.references_most) {
    return {Code::Refused, RefusalReason::TooManyReferences};
  }
  accept(command, terms, clock, life);
  return {Code::Accepted};
}

}  // namespace firstcome::decide
