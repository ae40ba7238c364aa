#include "ticket_desk.h"

#include "simulated_node.h"

namespace firstcome::simulation {

std::optional<TicketAnswer> look_up(SimulatedNode& node, Cluster& cluster, Place place, PolicyId policy,
                                    UserId user) {
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
    answer.issued_at = held.coupon->issued_at;
    return answer;
  }
  const auto row = (*reader)->find_coupon(policy, user);
  if (!row.ok() || !*row) return std::nullopt;
  answer.sequence = (*row)->coupon.sequence;
  answer.issued_at = (*row)->coupon.issued_at;
  return answer;
}

}  // namespace firstcome::simulation
