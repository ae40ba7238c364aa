#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "journal/kafka/client.h"

namespace firstcome::journal::kafka {

/// What the brokers say of a topic.
struct TopicMetadata {
  std::int32_t partitions = 0;
  std::int32_t replication = 0;  ///< of the partition that has fewest copies
};

/// Nothing when there is no such topic. Blocks on the network.
Result<std::optional<TopicMetadata>> ask_topic(const Client& client, const std::string& topic);
/// How many brokers there are.
Result<std::int32_t> ask_brokers(const Client& client);
Result<std::string> ask_cluster_id(const Client& client);

}  // namespace firstcome::journal::kafka
