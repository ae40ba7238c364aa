#pragma once

#include <string>
#include <vector>

#include "journal/kafka/client.h"

namespace firstcome::journal::kafka {

/// Waits until each broker knows the topics: the controller knows a new topic first, and for a moment the
/// other brokers respond that it does not exist. Fails if a broker does not know a topic after 15 s. Waits
/// for a broker that does not answer while the cluster lists it (with default settings for 9 s after it
/// failed) and until the timeout; then reports it and continues. Blocks on the network.
Status wait_until_known_everywhere(const Client& client, const std::vector<std::string>& topics);

}  // namespace firstcome::journal::kafka
