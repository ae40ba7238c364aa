#pragma once

#include "node/node.h"
#include "node/service_notifier.h"

namespace firstcome::node {

/// Feeds the watchdog of the service manager while the threads of a node work. When one of them does not for half of the
/// manager's time, it logs which one and stops feeding, and the manager starts the process again. One thread.
class Watchdog {
 public:
  /// The references must outlive this. Without a watchdog in the manager, look() does nothing.
  Watchdog(Node& node, const ServiceNotifier& notifier);

  /// Call it once a second while the node runs.
  void look(Instant now);

 private:
  const ServiceNotifier& notifier_;
  thread::Pulse pulse_;
  bool works_ = true;
};

}  // namespace firstcome::node
