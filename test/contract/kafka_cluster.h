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

/// A real broker for all tests of a binary. It ends with the binary, also if the binary is killed.
class KafkaCluster : public testing::Environment {
 public:
  void SetUp() override;
  void TearDown() override;

  /// Settings with unused topic names; the topics do not exist yet.
  [[nodiscard]] journal::KafkaSettings fresh_settings() const;
  /// The class path of Kafka's clients and tools.
  [[nodiscard]] const std::string& classpath() const { return classpath_; }
  /// The same for the listener with TLS; with_password: for the one that needs a password.
  [[nodiscard]] journal::KafkaSettings by_tls(journal::KafkaSettings settings) const;
  [[nodiscard]] journal::KafkaSettings with_password(journal::KafkaSettings settings,
                                                     const std::string& password) const;
  [[nodiscard]] const std::string& password() const { return password_; }
  void freeze() const;  ///< until thaw(); returns when all its threads are stopped
  void thaw() const;
  /// The folder of a partition.
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

/// The broker of this binary.
KafkaCluster& kafka();

/// Freezes the broker until its destructor, as a machine that hangs.
class FrozenBroker {
 public:
  FrozenBroker() { kafka().freeze(); }
  ~FrozenBroker() { kafka().thaw(); }
  FrozenBroker(const FrozenBroker&) = delete;
  FrozenBroker& operator=(const FrozenBroker&) = delete;
};

/// Creates both topics and opens them; an error fails the test.
std::unique_ptr<journal::Journal> make_and_open(const journal::KafkaSettings& settings);

/// Operations that only operators and other programs use. Each waits until it is done.
namespace operators {

void delete_topic(const journal::KafkaSettings& settings);
/// Removes the records before `before`; -1: all records.
void delete_records(const journal::KafkaSettings& settings, Partition partition, Offset before);
void add_partitions(const journal::KafkaSettings& settings, std::int32_t partitions);
/// Sets these settings, and resets all others of the topic to the brokers' defaults.
void set_config(const journal::KafkaSettings& settings,
                const std::vector<std::pair<std::string, std::string>>& config);
/// Gives a right to the user with the password: on topics and groups with that name, or on the cluster.
void allow(const journal::KafkaSettings& settings, rd_kafka_ResourceType_t kind, const std::string& name,
           rd_kafka_AclOperation_t operation);
/// The committed offset of the group; -1 if there is none.
Offset committed(const journal::KafkaSettings& settings, Partition partition);

}  // namespace operators
}  // namespace firstcome::test
