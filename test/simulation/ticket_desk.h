#pragma once

#include <optional>

#include "check/evidence.h"
#include "domain/decision.h"

namespace firstcome::simulation {

class SimulatedNode;
class Cluster;

/// A node's answer for a ticket: from memory, or from the store for older offsets. None: not known now, ask
/// again (503).
struct TicketAnswer {
  Code code = Code::None;
  std::int64_t sequence = 0;
  std::optional<Timestamp> issued_at;
  std::int32_t ordinal = 0;  ///< of the coupon with this sequence; 0 without one
};
std::optional<TicketAnswer> look_up(SimulatedNode& node, Cluster& cluster, Place place, PolicyId policy,
                                    UserId user, std::int32_t ordinal);

}  // namespace firstcome::simulation
