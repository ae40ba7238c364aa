#pragma once

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "journal/kafka/kafka_journal.h"
#include "journal/kafka/topics.h"

namespace firstcome::test {

/// A real broker, started once for all tests of a binary and ended with it, even when the binary is killed.
class KafkaCluster : public testing::Environment {
 public:
  void SetUp() override;
  void TearDown() override;

  /// Of topics that nobody has used, which are not made yet.
  [[nodiscard]] journal::KafkaSettings fresh_settings() const;
  /// Where Java finds Kafka's clients and tools.
  [[nodiscard]] const std::string& classpath() const { return classpath_; }
  /// The same, by the broker's listener with TLS; with_password: by the one that asks for it, too.
  [[nodiscard]] journal::KafkaSettings by_tls(journal::KafkaSettings settings) const;
  [[nodiscard]] journal::KafkaSettings with_password(journal::KafkaSettings settings,
                                                     const std::string& password) const;
  [[nodiscard]] const std::string& password() const { return password_; }
  void freeze() const;  ///< until thaw(); done when each of its threads stands still
  void thaw() const;
  /// Where the broker keeps a partition.
  [[nodiscard]] std::string partition_folder(const std::string& topic, Partition partition) const;

 private:
  int commands_ = -1;
  pid_t script_ = -1;
  pid_t broker_ = -1;
  std::string bootstrap_;
  std::string classpath_;
  std::string tls_;
  std::string sasl_;
  std::string authority_;
  std::string user_;
  std::string password_;
  std::string folder_;
};

/// The one of this binary.
KafkaCluster& kafka();

/// Holds the broker still while it lives, as a machine that hangs.
class FrozenBroker {
 public:
  FrozenBroker() { kafka().freeze(); }
  ~FrozenBroker() { kafka().thaw(); }
  FrozenBroker(const FrozenBroker&) = delete;
  FrozenBroker& operator=(const FrozenBroker&) = delete;
};

/// Makes both topics and opens them; a failure fails the test.
std::unique_ptr<journal::Journal> make_and_open(const journal::KafkaSettings& settings);

/// What only other programs and operators do to topics. Each waits until it is done.
namespace operators {

void delete_topic(const journal::KafkaSettings& settings);
/// Offsets before `before` are gone; -1: all there are.
void delete_records(const journal::KafkaSettings& settings, Partition partition, Offset before);
void add_partitions(const journal::KafkaSettings& settings, std::int32_t partitions);
/// Sets what is named, and everything else of the topic back to the brokers' defaults.
void set_config(const journal::KafkaSettings& settings,
                const std::vector<std::pair<std::string, std::string>>& config);
/// Lets the user who comes with a password do it: on topics and groups by that name, on the cluster.
void allow(const journal::KafkaSettings& settings, rd_kafka_ResourceType_t kind, const std::string& name,
           rd_kafka_AclOperation_t operation);
/// What the group has committed; -1: nothing.
Offset committed(const journal::KafkaSettings& settings, Partition partition);

}  // namespace operators
}  // namespace firstcome::test
