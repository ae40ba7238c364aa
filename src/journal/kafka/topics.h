#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "journal/kafka/kafka_settings.h"

namespace firstcome::journal {

/// What the topics of a journal are made with.
struct TopicPlan {
  std::int32_t partitions = 3;
  std::int32_t replication = 3;  ///< 1 on a laptop: then a lost disk is a lost journal
};

/// Refuses settings that one of the journal's clients could not be made with. For before anything is written.
Status check_kafka_settings(const KafkaSettings& settings);

/// Makes the topics that are missing, with the settings each needs: the journal's, the dead letters', and the
/// events' where there are to be some; then every broker knows of them. Those that are there stay as they
/// are: check_topics() says what is wrong with them. Blocks on the network.
Status create_topics(const KafkaSettings& settings, const TopicPlan& plan);

/// A topic as the brokers have it.
struct TopicShape {
  std::string topic;
  std::int32_t partitions = 0;
  std::int32_t replication = 0;  ///< of the partition with the fewest copies
};

/// Of each topic of the journal; one that is missing is an error. Blocks on the network.
Result<std::vector<TopicShape>> topic_shapes(const KafkaSettings& settings);

/// One thing that is not as it should be.
struct TopicFinding {
  bool breaks_a_promise = true;  ///< else it is worth knowing
  std::string topic{};           ///< empty: it is about brokers
  std::string setting;           ///< e.g. "min.insync.replicas"
  std::string is;
  std::string should_be;
  std::string why;
  std::string mend;       ///< a command that mends it, or what else there is to do
  std::string brokers{};  ///< their numbers, "1, 2"
  [[nodiscard]] std::string text() const;
  /// It is the topic that is not there.
  [[nodiscard]] bool is_missing() const { return setting == "topic"; }
};

/// Everything that is wrong with the topics as they are; nothing when they are as they should be.
/// `partitions`: as stored with the data, 0 when there are none yet.
Result<std::vector<TopicFinding>> check_topics(const KafkaSettings& settings, std::int32_t partitions = 0);

/// What is worth changing in the settings of the brokers; breaks no promise. Needs the right to
/// DescribeConfigs of the cluster. Blocks on the network.
Result<std::vector<TopicFinding>> check_brokers(const KafkaSettings& settings);

/// Removes the records of the settings' topic that stand before `end` in a partition, for good. Blocks on the
/// network.
Status delete_records(const KafkaSettings& settings, Partition partition, Offset end);

}  // namespace firstcome::journal
