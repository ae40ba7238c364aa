#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "journal/kafka/kafka_settings.h"

namespace firstcome::journal {

/// Options of new topics.
struct TopicPlan {
  std::int32_t partitions = 3;
  std::int32_t replication = 3;  ///< 1 for development only: then a lost disk is a lost journal
};

/// Fails if one of the journal's clients cannot be made with these settings. Call it before anything is
/// written.
Status check_kafka_settings(const KafkaSettings& settings);

/// Creates the missing topics with their required settings: the journal's, the dead letters' and, if
/// configured, the events'; then waits until every broker knows them. Does not change existing topics, see
/// check_topics(). Blocks on the network.
Status create_topics(const KafkaSettings& settings, const TopicPlan& plan);

struct TopicShape {
  std::string topic;
  std::int32_t partitions = 0;
  std::int32_t replication = 0;  ///< lowest number of copies of a partition
};

/// The shape of each topic of the journal; fails if one is missing. Blocks on the network.
Result<std::vector<TopicShape>> topic_shapes(const KafkaSettings& settings);

/// One wrong setting of a topic or of brokers.
struct TopicFinding {
  bool breaks_a_promise = true;  ///< false: a warning
  std::string topic{};           ///< empty for brokers
  std::string setting;           ///< e.g. "min.insync.replicas"
  std::string is;
  std::string should_be;
  std::string why;
  std::string fix;        ///< a command that corrects it, or what else to do
  std::string brokers{};  ///< numbers of the brokers, "1, 2"
  [[nodiscard]] std::string text() const;
  /// True if the topic does not exist.
  [[nodiscard]] bool is_missing() const { return setting == "topic"; }
};

/// All findings about the topics. `partitions`: the number stored with the data, or 0 if there is no data
/// yet.
Result<std::vector<TopicFinding>> check_topics(const KafkaSettings& settings, std::int32_t partitions = 0);

/// Warnings about the settings of the brokers. Needs the right DescribeConfigs on the cluster. Blocks on the
/// network.
Result<std::vector<TopicFinding>> check_brokers(const KafkaSettings& settings);

/// Removes the records of the topic before `end` in a partition permanently. Blocks on the network.
Status delete_records(const KafkaSettings& settings, Partition partition, Offset end);

}  // namespace firstcome::journal
