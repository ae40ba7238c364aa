#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "journal/kafka/client.h"

namespace firstcome::journal::kafka {

/// What the brokers say of a topic.
struct TopicMetadata {
  std::int32_t partitions = 0;
  std::int32_t replication = 0;  ///< of the partition that has fewest copies
};

/// Nothing when there is no such topic. Blocks on the network.
Result<std::optional<TopicMetadata>> ask_topic(const Client& client, const std::string& topic);

struct Broker {
  std::int32_t id = 0;
  std::string address;  ///< "host:9092"
};

/// Those that the cluster counts in; one that is dead is counted out after a while. Blocks on the network.
Result<std::vector<Broker>> ask_brokers(const Client& client);
/// What the one broker that `client` was made for says: an error when it does not know the topic. Nothing
/// when it does not answer. Blocks on the network.
std::optional<Status> ask_for_topic(const Client& client, const Broker& broker, const std::string& topic);
Result<std::string> ask_cluster_id(const Client& client);

}  // namespace firstcome::journal::kafka
