#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "journal/kafka/client.h"

namespace firstcome::journal::kafka {

struct TopicMetadata {
  std::int32_t partitions = 0;
  std::int32_t replication = 0;  ///< lowest number of copies of a partition
};

/// None if the topic does not exist. Blocks on the network.
Result<std::optional<TopicMetadata>> ask_topic(const Client& client, const std::string& topic);

struct Broker {
  std::int32_t id = 0;
  std::string address;  ///< "host:9092"
};

/// Lets the client request who leads the topic's partitions, from any broker.
void refresh_leaders(const Client& client, rd_kafka_topic_t* topic, milliseconds patience);

/// The brokers that the cluster lists; it removes a failed one after some time. Blocks on the network.
Result<std::vector<Broker>> ask_brokers(const Client& client);
/// Asks the broker that `client` was made for; an error if it does not know the topic, none if it does not
/// answer. Blocks on the network.
std::optional<Status> ask_for_topic(const Client& client, const Broker& broker, const std::string& topic);
Result<std::string> ask_cluster_id(const Client& client);

}  // namespace firstcome::journal::kafka
