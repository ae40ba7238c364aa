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
  // The coupon of a SUCCESS has its own record.
  const Offset before = place.offset + (code == Code::Success ? 1 : 0);
  const auto row =
      (*reader)->find_coupon(policy, user, ordinal, {cluster.store.tables().settings.era, before});
  if (!row.ok() || !*row) return std::nullopt;
  answer.sequence = (*row)->coupon.sequence;
  answer.issued_at = (*row)->coupon.issued_at;
  answer.ordinal = (*row)->coupon.user_ordinal;
  return answer;
}

}  // namespace firstcome::simulation
