#include "journal/kafka/topics.h"

#include <array>
#include <chrono>
#include <thread>

#include "journal/kafka/broker_rules.h"
#include "journal/kafka/client.h"
#include "journal/kafka/error.h"
#include "journal/kafka/kafka_handles.h"
#include "journal/kafka/known_everywhere.h"
#include "journal/kafka/topic_metadata.h"
#include "journal/kafka/topic_rules.h"

namespace firstcome::journal {
namespace kafka {
namespace {

/// Long, because the creation of a topic waits for all brokers.
constexpr int kAdminTimeoutMs = 15'000;
constexpr int kAskAgainAfterMs = 1'000;
constexpr milliseconds kAskTopicAgainAfter{20};
constexpr milliseconds kKnownEverywhereWithin{5'000};

Result<std::unique_ptr<Client>> make_asking(const KafkaSettings& settings) {
  return Client::make(Role::Asking, std::make_shared<const KafkaSettings>(settings));
}

AdminOptionsHandle options(const Client& client, rd_kafka_admin_op_t operation) {
  AdminOptionsHandle options(rd_kafka_AdminOptions_new(client.handle(), operation));
  std::array<char, 256> why{};
  CHECK(rd_kafka_AdminOptions_set_request_timeout(options.get(), kAdminTimeoutMs, why.data(), why.size()) ==
        RD_KAFKA_RESP_ERR_NO_ERROR);
  if (operation == RD_KAFKA_ADMIN_OP_CREATETOPICS) {
    CHECK(rd_kafka_AdminOptions_set_operation_timeout(options.get(), kAdminTimeoutMs, why.data(),
                                                      why.size()) == RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  return options;
}

/// Waits for the only response. If the controller has failed, librdkafka looks for the new one only every 30
/// s, which is longer than the timeout of a request. The response to any other request contains the new
/// controller, so this function asks for the brokers every second.
EventHandle answer(const Client& client, rd_kafka_queue_t* queue) {
  for (;;) {
    EventHandle event(rd_kafka_queue_poll(queue, kAskAgainAfterMs));
    if (event) return event;
    if (const auto asked = ask_brokers(client); !asked.ok()) report(client.settings(), asked.error());
  }
}

Status create(const Client& client, TopicRole role, const std::string& name, const TopicPlan& plan) {
  const std::string what = fmt::format("creating topic '{}'", name);
  std::array<char, 256> why{};
  const NewTopicHandle topic(
      rd_kafka_NewTopic_new(name.c_str(), plan.partitions, plan.replication, why.data(), why.size()));
  if (!topic) return Error::permanent("Kafka, {}: {}", what, why.data());
  for (const auto& [key, value] : config_for(role, plan.replication)) {
    CHECK(rd_kafka_NewTopic_set_config(topic.get(), key.c_str(), value.c_str()) ==
          RD_KAFKA_RESP_ERR_NO_ERROR);
  }
  const QueueHandle queue(rd_kafka_queue_new(client.handle()));
  const AdminOptionsHandle how = options(client, RD_KAFKA_ADMIN_OP_CREATETOPICS);
  rd_kafka_NewTopic_t* topics = topic.get();
  rd_kafka_CreateTopics(client.handle(), &topics, 1, how.get(), queue.get());
  const EventHandle event = answer(client, queue.get());
  if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return error_of(code, what, rd_kafka_event_error_string(event.get()));
  }
  std::size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  CHECK(count == 1);
  const auto code = rd_kafka_topic_result_error(results[0]);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return Done{};
  const char* detail = rd_kafka_topic_result_error_string(results[0]);
  return error_of(code, what, detail != nullptr ? detail : "");
}

Result<TopicConfig> ask_config(const Client& client, rd_kafka_ResourceType_t kind, const std::string& name,
                               const std::string& what) {
  const ConfigResourceHandle resource(rd_kafka_ConfigResource_new(kind, name.c_str()));
  const QueueHandle queue(rd_kafka_queue_new(client.handle()));
  const AdminOptionsHandle how = options(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
  rd_kafka_ConfigResource_t* resources = resource.get();
  rd_kafka_DescribeConfigs(client.handle(), &resources, 1, how.get(), queue.get());
  const EventHandle event = answer(client, queue.get());
  if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return error_of(code, what, rd_kafka_event_error_string(event.get()));
  }
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** found =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  CHECK(count == 1);
  if (const auto code = rd_kafka_ConfigResource_error(found[0]); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* detail = rd_kafka_ConfigResource_error_string(found[0]);
    return error_of(code, what, detail != nullptr ? detail : "");
  }
  TopicConfig config;
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(found[0], &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    if (value != nullptr) config[rd_kafka_ConfigEntry_name(entries[i])] = value;
  }
  return config;
}

Result<TopicConfig> ask_config(const Client& client, const std::string& name) {
  return ask_config(client, RD_KAFKA_RESOURCE_TOPIC, name,
                    fmt::format("reading the settings of topic '{}'", name));
}

/// Retries, because not every broker knows a new topic immediately.
Result<TopicConfig> ask_config_patiently(const Client& client, const std::string& name) {
  const auto give_up = std::chrono::steady_clock::now() + kKnownEverywhereWithin;
  for (;;) {
    auto config = ask_config(client, name);
    if (config.ok() || !config.error().is_retryable() || std::chrono::steady_clock::now() > give_up)
      return config;
    std::this_thread::sleep_for(kAskTopicAgainAfter);
  }
}

TopicFinding missing(TopicRole role, const std::string& topic, const KafkaSettings& settings) {
  const std::string create =
      fmt::format("firstcome topic create --journal kafka://{}/{}", settings.servers, settings.topic);
  if (role == TopicRole::Events) {
    return {true,
            topic,
            "topic",
            "missing",
            "present",
            "it is the topic for events of issued coupons",
            fmt::format("{} --events {}, or no events: --events none", create, topic)};
  }
  return {true, topic, "topic", "missing", "present", "there is no journal without it", create};
}

/// A warning for events: an operator may choose fewer partitions, which several homes share.
TopicFinding too_few(TopicRole role, const std::string& topic, std::int32_t found, std::int32_t partitions) {
  if (role == TopicRole::Events) {
    return {
        false,
        topic,
        "partitions",
        fmt::format("{}", found),
        fmt::format("{}", partitions),
        "policies of several homes share one partition; after partitions are added, later events of a policy "
        "go to another partition than the earlier ones",
        "accept it, or add partitions before a consumer reads events"};
  }
  return {true,
          topic,
          "partitions",
          fmt::format("{}", found),
          fmt::format("{}", partitions),
          "the data were created with more; this is another topic",
          "see FirstcomePartitionStopped in the runbook"};
}

using NamedTopic = std::pair<TopicRole, std::string>;

std::vector<NamedTopic> topics_of(const KafkaSettings& settings) {
  std::vector<NamedTopic> topics = {{TopicRole::Requests, settings.topic},
                                    {TopicRole::DeadLetters, settings.dead_letter_topic}};
  if (!settings.events_topic.empty()) topics.emplace_back(TopicRole::Events, settings.events_topic);
  return topics;
}

Result<std::vector<TopicFinding>> check(const Client& client, TopicRole role, const std::string& name,
                                        std::int32_t partitions) {
  ASSIGN_OR_RETURN(const auto metadata, ask_topic(client, name));
  if (!metadata) return std::vector{missing(role, name, client.settings())};
  ASSIGN_OR_RETURN(const auto config, ask_config_patiently(client, name));
  auto findings = judge(role, name, client.settings().servers, *metadata, config);
  const std::int32_t found = metadata->partitions;
  if (found < partitions) {
    findings.push_back(too_few(role, name, found, partitions));
  } else if (partitions > 0 && found > partitions && role == TopicRole::Requests) {
    findings.push_back(
        {false, name, "partitions", fmt::format("{}", found), fmt::format("{}", partitions),
         "partitions were added later: they are followed, but they are the home of no policy; records that "
         "clients send there are relayed",
         "let clients set the partition, or accept the relay"});
  }
  return findings;
}

}  // namespace
}  // namespace kafka

std::string TopicFinding::text() const {
  const std::string where =
      brokers.empty() ? fmt::format("topic '{}'", topic) : fmt::format("brokers {}", brokers);
  return fmt::format("{}: {} is {} and should be {}: {}. To correct it: {}", where, setting, is, should_be,
                     why, fix);
}

Status check_kafka_settings(const KafkaSettings& settings) { return kafka::check_settings(settings); }

Status create_topics(const KafkaSettings& settings, const TopicPlan& plan) {
  ASSIGN_OR_RETURN(const auto client, kafka::make_asking(settings));
  std::vector<std::string> names;
  for (const auto& [role, name] : kafka::topics_of(settings)) {
    RETURN_IF_ERROR(kafka::create(*client, role, name, plan));
    names.push_back(name);
  }
  return kafka::wait_until_known_everywhere(*client, names);
}

Result<std::vector<TopicShape>> topic_shapes(const KafkaSettings& settings) {
  ASSIGN_OR_RETURN(const auto client, kafka::make_asking(settings));
  std::vector<TopicShape> shapes;
  for (const auto& [role, name] : kafka::topics_of(settings)) {
    ASSIGN_OR_RETURN(const auto metadata, kafka::ask_topic(*client, name));
    if (!metadata) return Error::permanent(kafka::missing(role, name, settings).text());
    shapes.push_back({name, metadata->partitions, metadata->replication});
  }
  return shapes;
}

Result<std::vector<TopicFinding>> check_topics(const KafkaSettings& settings, std::int32_t partitions) {
  ASSIGN_OR_RETURN(const auto client, kafka::make_asking(settings));
  std::vector<TopicFinding> findings;
  for (const auto& [role, name] : kafka::topics_of(settings)) {
    ASSIGN_OR_RETURN(const auto found, kafka::check(*client, role, name, partitions));
    findings.insert(findings.end(), found.begin(), found.end());
  }
  return findings;
}

Result<std::vector<TopicFinding>> check_brokers(const KafkaSettings& settings) {
  using namespace kafka;
  ASSIGN_OR_RETURN(const auto client, make_asking(settings));
  ASSIGN_OR_RETURN(const auto brokers, ask_brokers(*client));
  std::map<std::int32_t, TopicConfig> configs;
  for (const Broker& broker : brokers) {
    ASSIGN_OR_RETURN(configs[broker.id],
                     ask_config(*client, RD_KAFKA_RESOURCE_BROKER, fmt::format("{}", broker.id),
                                fmt::format("reading the settings of broker {}", broker.id)));
  }
  return judge_brokers(configs);
}

Status delete_records(const KafkaSettings& settings, Partition partition, Offset end) {
  using namespace kafka;
  const std::string what = fmt::format("deleting records of topic '{}'", settings.topic);
  ASSIGN_OR_RETURN(const auto client, make_asking(settings));
  const PartitionsHandle before(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(before.get(), settings.topic.c_str(), partition)->offset = end;
  const DeleteRecordsHandle wanted(rd_kafka_DeleteRecords_new(before.get()));
  const QueueHandle queue(rd_kafka_queue_new(client->handle()));
  const AdminOptionsHandle how = options(*client, RD_KAFKA_ADMIN_OP_DELETERECORDS);
  rd_kafka_DeleteRecords_t* all = wanted.get();
  rd_kafka_DeleteRecords(client->handle(), &all, 1, how.get(), queue.get());
  const EventHandle event = answer(*client, queue.get());
  if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return error_of(code, what, rd_kafka_event_error_string(event.get()));
  }
  const auto* deleted =
      rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(event.get()));
  CHECK(deleted->cnt == 1);
  if (deleted->elems[0].err != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(deleted->elems[0].err, what);
  return Done{};
}

}  // namespace firstcome::journal
