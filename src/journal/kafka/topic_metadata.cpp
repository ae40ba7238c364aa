#include "journal/kafka/topic_metadata.h"

#include <algorithm>

#include "journal/kafka/error.h"
#include "journal/kafka/kafka_handles.h"

namespace firstcome::journal::kafka {
namespace {

int timeout_of(const Client& client) { return static_cast<int>(client.settings().request_timeout.count()); }

/// Of one topic, or of none: then it is about the brokers alone.
Result<MetadataHandle> ask(const Client& client, rd_kafka_topic_t* topic, const std::string& what) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code = rd_kafka_metadata(client.handle(), 0, topic, &metadata, timeout_of(client));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(code, what);
  return MetadataHandle(metadata);
}

}  // namespace

Result<std::optional<TopicMetadata>> ask_topic(const Client& client, const std::string& topic) {
  const std::string what = "asking for topic '" + topic + '\'';
  const TopicHandle handle(rd_kafka_topic_new(client.handle(), topic.c_str(), nullptr));
  if (!handle) return error_of(rd_kafka_last_error(), what);
  const auto metadata = ask(client, handle.get(), what);
  if (!metadata.ok()) return metadata.error();
  if ((*metadata)->topic_cnt != 1) return Error{Error::Kind::Retryable, "Kafka, " + what + ": no answer."};
  const rd_kafka_metadata_topic& told = (*metadata)->topics[0];
  if (told.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return std::optional<TopicMetadata>{};
  if (told.err != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(told.err, what);
  TopicMetadata topic_metadata{.partitions = told.partition_cnt, .replication = 0};
  for (int i = 0; i < told.partition_cnt; ++i) {
    const int copies = told.partitions[i].replica_cnt;
    topic_metadata.replication = i == 0 ? copies : std::min(topic_metadata.replication, copies);
  }
  return std::optional(topic_metadata);
}

Result<std::vector<Broker>> ask_brokers(const Client& client) {
  const auto metadata = ask(client, nullptr, "asking for the brokers");
  if (!metadata.ok()) return metadata.error();
  std::vector<Broker> brokers;
  for (int i = 0; i < (*metadata)->broker_cnt; ++i) {
    const rd_kafka_metadata_broker& told = (*metadata)->brokers[i];
    const std::string host = told.host;
    const std::string plain = host.find(':') == std::string::npos ? host : '[' + host + ']';
    brokers.push_back({told.id, plain + ':' + std::to_string(told.port)});
  }
  return brokers;
}

std::optional<Status> ask_for_topic(const Client& client, const Broker& broker, const std::string& topic) {
  const std::string what =
      "asking broker " + std::to_string(broker.id) + " (" + broker.address + ") for topic '" + topic + '\'';
  const TopicHandle handle(rd_kafka_topic_new(client.handle(), topic.c_str(), nullptr));
  if (!handle) return error_of(rd_kafka_last_error(), what);
  const auto metadata = ask(client, handle.get(), what);
  if (!metadata.ok()) return std::nullopt;
  // The client hears of the others, and turns to them when this one is away. Its number may come late.
  const std::int32_t teller = (*metadata)->orig_broker_id;
  if (teller != broker.id && teller >= 0) return std::nullopt;
  if ((*metadata)->topic_cnt != 1) return std::nullopt;
  const auto code = (*metadata)->topics[0].err;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(code, what);
  return std::optional<Status>(std::in_place, Done{});  // moved, gcc 12 takes its other half for used
}

Result<std::string> ask_cluster_id(const Client& client) {
  const TextHandle id(rd_kafka_clusterid(client.handle(), timeout_of(client)));
  if (id) return std::string(id.get());
  return Error{
      Error::Kind::Retryable,
      "Kafka, asking for the cluster's id: no answer. Can the brokers be reached, and are they running?"};
}

}  // namespace firstcome::journal::kafka
