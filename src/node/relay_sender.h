#pragma once

#include <span>

#include "node/gapless_sender.h"
#include "replica/relay.h"

namespace firstcome::node {

/// Appends the records an issuer relays: misrouted ones to their home, undecodable ones to the dead letters.
/// Used by one thread.
class RelaySender {
 public:
  RelaySender(journal::Journal& journal, replica::RelayWriter writer);

  /// As GaplessSender does.
  std::size_t send(std::span<const replica::Relay> relays, milliseconds patience);

 private:
  GaplessSender sender_;
  replica::RelayWriter writer_;
};

}  // namespace firstcome::node
