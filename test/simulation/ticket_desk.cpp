#include "ticket_desk.h"

#include "simulated_node.h"

namespace firstcome::simulation {

std::optional<TicketAnswer> look_up(SimulatedNode& node, Cluster& cluster, Place place, PolicyId policy,
                                    UserId user, std::int32_t ordinal) {
  using Held = replica::DecidedLog::Held;
  const auto held = node.partition(place.partition).log().find(place.offset);
  if (held.held == Held::NotYet) return std::nullopt;
  const auto reader = cluster.store.make_reader();
  Code code = held.code;
  if (held.held == Held::Below) {
    const auto stored =
        (*reader)->code_at(cluster.store.tables().settings.era, place.partition, place.offset);
    if (!stored.ok() || !*stored) return std::nullopt;
    cluster.saw("ticket from the store");
    code = **stored;
  }
  TicketAnswer answer{.code = code, .sequence = 0, .issued_at = std::nullopt};
  if (code != Code::Success && code != Code::AlreadyIssued) return answer;
  if (held.coupon) {
    answer.sequence = held.coupon->sequence;
    answer.ordinal = held.coupon->user_ordinal;
    answer.issued_at = held.coupon->issued_at;
    return answer;
  }
  // The coupon of a SUCCESS has its own record. What is not saved yet is in the tail, which is read after the store.
  const Offset before = place.offset + (code == Code::Success ? 1 : 0);
  const auto row =
      (*reader)->find_coupon(policy, user, ordinal, {cluster.store.tables().settings.era, before});
  std::optional<Coupon> named;
  if (!row.ok()) return std::nullopt;
  if (*row) named = (*row)->coupon;
  for (const auto& chunk : node.partition(place.partition).log().tail_from(0, 0).chunks) {
    for (const Coupon& coupon : chunk->coupons) {
      if (coupon.policy != policy || coupon.user != user || coupon.offset >= before) continue;
      if (coupon.user_ordinal > ordinal) continue;
      if (!named || coupon.user_ordinal > named->user_ordinal) named = coupon;
    }
  }
  if (!named) return std::nullopt;
  answer.sequence = named->sequence;
  answer.issued_at = named->issued_at;
  answer.ordinal = named->user_ordinal;
  return answer;
}

}  // namespace firstcome::simulation
