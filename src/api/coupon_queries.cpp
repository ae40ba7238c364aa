#include "api/coupon_queries.h"

#include <algorithm>
#include <utility>

#include "api/coupon_state.h"

namespace firstcome::api {
namespace {

/// As in Queries: attempts per question if the tail was trimmed above the position just read.
constexpr int kAttempts = 3;

/// The stored states that can have this shown state; empty: all.
std::set<CouponState> stored_states(std::string_view shown) {
  using enum CouponState;
  if (shown == name_of(Used)) return {Used};
  if (shown == name_of(Cancelled)) return {Cancelled};
  if (shown == name_of(Reserved)) return {Reserved};
  if (shown.empty()) return {};
  return {Issued, Reserved};
}

}  // namespace

Result<FoundCoupon> CouponQueries::found_coupon(const Policy& policy, const store::CouponRow& row,
                                                CouponLife life, Timestamp clock) const {
  ASSIGN_OR_RETURN(auto code, codes_.code_of(policy, row, reader_));
  return FoundCoupon{.coupon = replica::coupon_as_of(policy, row.coupon, std::move(life), clock),
                     .code = std::move(code)};
}

const store::Position* CouponQueries::position_in(const std::vector<store::Position>& positions) const {
  const auto found = std::ranges::find(positions, home_, &store::Position::partition);
  return found == positions.end() ? nullptr : &*found;
}

Result<store::Position> CouponQueries::position() {
  ASSIGN_OR_RETURN(const auto positions, reader_.positions());
  const store::Position* position = position_in(positions);
  if (position == nullptr) return Error::permanent("The store has no position for partition {}.", home_);
  return *position;
}

Result<std::optional<Policy>> CouponQueries::policy(PolicyId id) {
  ASSIGN_OR_RETURN(auto found, reader_.policies(PolicyId{id.value - 1}, 1));
  if (found.empty() || found.front().id != id) return std::optional<Policy>{};
  return std::optional(std::move(found.front()));
}

/// The coupon and its life at one position of the store.
Result<CouponQueries::Stored> CouponQueries::stored(const CouponQuestion& question) {
  Stored stored;
  ASSIGN_OR_RETURN(stored.position, position());
  stored.life = {.policy = question.policy, .sequence = question.sequence};
  ASSIGN_OR_RETURN(const auto found, reader_.coupon(question.policy, question.sequence));
  if (!found) return stored;
  // Its user and its ordinal never change. With them one snapshot has the life and the position.
  const Coupon& coupon = found->row.coupon;
  ASSIGN_OR_RETURN(const auto page, reader_.user_coupons(coupon.user, question.policy,
                                                         {question.policy, coupon.user_ordinal - 1}, 1));
  const store::Position* position = position_in(page.positions);
  if (page.coupons.empty() || page.coupons.front().row.coupon != coupon || position == nullptr) return stored;
  stored.position = *position;
  stored.row = found->row;
  stored.life = page.coupons.front().life;
  return stored;
}

Result<CouponAnswer> CouponQueries::coupon(const CouponQuestion& question) {
  const auto is_it = [&](const auto& row) {
    return row.policy == question.policy && row.sequence == question.sequence;
  };
  for (int i = 0; i < kAttempts; ++i) {
    ASSIGN_OR_RETURN(Stored found, stored(question));
    ASSIGN_OR_RETURN(std::optional<Policy> policy, this->policy(question.policy));
    const auto tail = log_.chunks_from(found.position.next_offset);
    if (!tail) continue;
    Offset end = found.position.next_offset;
    Timestamp clock = found.position.state.clock;
    for (const auto& chunk : *tail) {
      for (const Policy& row : chunk->policies) {
        if (row.id == question.policy) policy = row;
      }
      if (const auto row = std::ranges::find_if(chunk->coupons, is_it); row != chunk->coupons.end())
        found.row = store::CouponRow{*row, home_, era_};
      if (const auto row = std::ranges::find_if(chunk->lives, is_it); row != chunk->lives.end())
        found.life = *row;
      end = std::max(end, chunk->end());
      clock = std::max(clock, chunk->state.clock);
    }
    CouponAnswer answer{.has_policy = policy.has_value(), .as_of = {{home_, end}, clock}};
    if (policy && found.row) {
      ASSIGN_OR_RETURN(answer.coupon, found_coupon(*policy, *found.row, std::move(found.life), clock));
    }
    return answer;
  }
  return Error::retryable(
      "Decisions are missing between the position of the store and the oldest decision in memory.");
}

Result<PolicyCouponsAnswer> CouponQueries::page(const PolicyCouponsQuestion& question) {
  ASSIGN_OR_RETURN(const store::Position position, position());
  const Timestamp clock = position.state.clock;
  PolicyCouponsAnswer answer{.as_of = {{home_, position.next_offset}, clock}};
  ASSIGN_OR_RETURN(const auto policy, this->policy(question.policy));
  if (!policy) return answer;
  answer.has_policy = true;
  store::CouponFilter filter{.states = stored_states(question.state)};
  if (!question.state.empty()) {
    filter.accepts = [&](const store::CouponWithLife& row) {
      return shown_state(row.life, expires_at(*policy, row.row.coupon.issued_at), clock) == question.state;
    };
  }
  ASSIGN_OR_RETURN(auto page,
                   reader_.policy_coupons(question.policy, question.after, question.limit, filter));
  answer.next = page.next;
  answer.coupons.reserve(page.coupons.size());
  for (store::CouponWithLife& row : page.coupons) {
    ASSIGN_OR_RETURN(auto coupon, found_coupon(*policy, row.row, std::move(row.life), clock));
    answer.coupons.push_back(std::move(coupon));
  }
  return answer;
}

Result<CouponCountsAnswer> CouponQueries::counts(const CouponCountsQuestion& question) {
  ASSIGN_OR_RETURN(auto counts, reader_.count_coupons(question.policy, home_));
  CouponCountsAnswer answer{.counts = std::move(counts)};
  // The counts have the position of their own snapshot.
  ASSIGN_OR_RETURN(const store::Position position,
                   answer.counts ? Result<store::Position>(answer.counts->position) : this->position());
  answer.as_of = {{home_, position.next_offset}, position.state.clock};
  return answer;
}

}  // namespace firstcome::api
