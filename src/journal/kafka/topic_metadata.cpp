#include "journal/kafka/topic_metadata.h"

#include <algorithm>

#include "journal/kafka/error.h"
#include "journal/kafka/kafka_handles.h"

namespace firstcome::journal::kafka {
namespace {

int timeout_of(const Client& client) { return static_cast<int>(client.settings().request_timeout.count()); }

/// With `topic` null, the result has only brokers.
Result<MetadataHandle> ask(const Client& client, rd_kafka_topic_t* topic, const std::string& what) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code = rd_kafka_metadata(client.handle(), 0, topic, &metadata, timeout_of(client));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(code, what);
  return MetadataHandle(metadata);
}

}  // namespace

Result<std::optional<TopicMetadata>> ask_topic(const Client& client, const std::string& topic) {
  const std::string what = fmt::format("reading topic '{}'", topic);
  const TopicHandle handle(rd_kafka_topic_new(client.handle(), topic.c_str(), nullptr));
  if (!handle) return error_of(rd_kafka_last_error(), what);
  ASSIGN_OR_RETURN(const auto metadata, ask(client, handle.get(), what));
  if (metadata->topic_cnt != 1) return Error::retryable("Kafka, {}: no answer.", what);
  const rd_kafka_metadata_topic& found = metadata->topics[0];
  if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return std::optional<TopicMetadata>{};
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(found.err, what);
  TopicMetadata topic_metadata{.partitions = found.partition_cnt, .replication = 0};
  for (int i = 0; i < found.partition_cnt; ++i) {
    const int copies = found.partitions[i].replica_cnt;
    topic_metadata.replication = i == 0 ? copies : std::min(topic_metadata.replication, copies);
  }
  return std::optional(topic_metadata);
}

void refresh_leaders(const Client& client, rd_kafka_topic_t* topic, milliseconds patience) {
  const rd_kafka_metadata_t* metadata = nullptr;
  rd_kafka_metadata(client.handle(), 0, topic, &metadata, static_cast<int>(patience.count()));
  const MetadataHandle read(metadata);
}

Result<std::vector<Broker>> ask_brokers(const Client& client) {
  ASSIGN_OR_RETURN(const auto metadata, ask(client, nullptr, "reading the list of brokers"));
  std::vector<Broker> brokers;
  for (int i = 0; i < metadata->broker_cnt; ++i) {
    const rd_kafka_metadata_broker& found = metadata->brokers[i];
    const bool is_v6 = std::string_view(found.host).find(':') != std::string_view::npos;
    brokers.push_back({found.id, is_v6 ? fmt::format("[{}]:{}", found.host, found.port)
                                       : fmt::format("{}:{}", found.host, found.port)});
  }
  return brokers;
}

std::optional<Status> ask_for_topic(const Client& client, const Broker& broker, const std::string& topic) {
  const std::string what =
      fmt::format("reading topic '{}' from broker {} ({})", topic, broker.id, broker.address);
  const TopicHandle handle(rd_kafka_topic_new(client.handle(), topic.c_str(), nullptr));
  if (!handle) return error_of(rd_kafka_last_error(), what);
  const auto metadata = ask(client, handle.get(), what);
  if (!metadata.ok()) return std::nullopt;
  // The client learns the other brokers and asks them if this one is away. The id of the broker may be
  // unknown (-1).
  const std::int32_t source = (*metadata)->orig_broker_id;
  if (source != broker.id && source >= 0) return std::nullopt;
  if ((*metadata)->topic_cnt != 1) return std::nullopt;
  const auto code = (*metadata)->topics[0].err;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(code, what);
  return std::optional<Status>(std::in_place,
                               Done{});  // constructed in place: gcc 12 warns about a moved variant
}

Result<std::string> ask_cluster_id(const Client& client) {
  const TextHandle id(rd_kafka_clusterid(client.handle(), timeout_of(client)));
  if (id) return std::string(id.get());
  return Error::retryable("Kafka, reading the id of the cluster: no answer.")
      .with_hint("Can the brokers be reached, and are they running?");
}

}  // namespace firstcome::journal::kafka
