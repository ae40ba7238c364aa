#pragma once

#include <string>
#include <vector>

#include "journal/kafka/client.h"

namespace firstcome::journal::kafka {

/// Waits until each broker knows the topics: a new one is known to the controller first, and whoever asks
/// another broker is told for a moment that there is none. One that still denies one after 15 s is the error.
/// One that does not answer is waited for as long as the cluster counts it in (by the brokers' defaults 9 s
/// after it died) and there is time, is then reported, and holds nothing up. Blocks on the network.
Status wait_until_known_everywhere(const Client& client, const std::vector<std::string>& topics);

}  // namespace firstcome::journal::kafka
