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
};
std::optional<TicketAnswer> look_up(SimulatedNode& node, Cluster& cluster, Place place, PolicyId policy,
                                    UserId user);

}  // namespace firstcome::simulation
