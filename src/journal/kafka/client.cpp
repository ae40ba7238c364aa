#include "journal/kafka/client.h"

#include <syslog.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "journal/kafka/broker_faults.h"
#include "journal/kafka/connection_failure.h"
#include "journal/kafka/kafka_handles.h"
#include "journal/kafka/partition_queue.h"
#include "journal/kafka/sasl_rules.h"

namespace firstcome::journal::kafka {
namespace {

using Properties = std::vector<std::pair<std::string, std::string>>;

/// `fetch.queue.backoff.ms` exists since this version. Before, the pause was not configurable.
constexpr int kHasQueueBackoff = 0x02020000;

std::string in_ms(milliseconds time) { return fmt::format("{}", time.count()); }

/// Required values. A property without a value must not be set. See defaults() for the others.
Properties required(Role role, const KafkaSettings& settings) {
  switch (role) {
    case Role::Asking: return {{"allow.auto.create.topics", "false"}, {"isolation.level", "read_committed"}};
    case Role::Comparing:
    case Role::Following:
      return {
          {"allow.auto.create.topics", "false"},
          // Records of an aborted transaction must not be decided.
          {"isolation.level", "read_committed"},
          // A person must handle a position outside the log: a reset would skip records or decide them twice.
          {"auto.offset.reset", "error"},
          {"enable.partition.eof", "true"},
          // Positions are in the store.
          {"enable.auto.commit", "false"},
          {"enable.auto.offset.store", "false"},
          // A damaged record must not be decided.
          {"check.crcs", "true"},
      };
    case Role::AppendingGapless:
    case Role::Appending:
      return {
          {"enable.idempotence", "true"},
          {"acks", "all"},
          {"enable.gapless.guarantee", role == Role::AppendingGapless ? "true" : "false"},
          {"allow.auto.create.topics", "false"},
          {"delivery.report.only.error", "false"},
          // A relayed record must not time out.
          {"message.timeout.ms", role == Role::Appending ? in_ms(settings.message_timeout) : "0"},
      };
    case Role::Member:
      return {
          {"allow.auto.create.topics", "false"},
          {"group.id", settings.group},
          // The only strategy, so that Kafka rejects a forgotten listener, which has other strategies.
          {"partition.assignment.strategy", "roundrobin"},
          // Committed offsets are those of saved records, not of read records.
          {"enable.auto.commit", "false"},
          {"enable.auto.offset.store", "false"},
          // A static member keeps its partitions when it ends.
          {"group.instance.id", ""},
      };
  }
  return {};
}

Properties defaults(Role role, const KafkaSettings& settings) {
  Properties properties = {
      {"client.id", "firstcome"},
      {"bootstrap.servers", settings.servers},
      {"socket.nagle.disable", "true"},
      {"socket.keepalive.enable", "true"},
      {"socket.timeout.ms", in_ms(settings.request_timeout)},
      {"socket.connection.setup.timeout.ms", in_ms(std::max(milliseconds{1'000}, settings.request_timeout))},
      {"reconnect.backoff.ms", "50"},
      {"reconnect.backoff.max.ms", "1000"},
      {"topic.metadata.refresh.interval.ms", "30000"},
      {"topic.metadata.refresh.fast.interval.ms", "100"},
  };
  const auto add = [&](std::string key, std::string value) {
    properties.emplace_back(std::move(key), std::move(value));
  };
  switch (role) {
    case Role::Asking: break;
    case Role::Comparing:
      // Do not prefetch records after the requested one.
      add("queued.min.messages", "1");
      add("fetch.error.backoff.ms", "50");
      // Otherwise the next comparison in a partition waits for one second after the last.
      if (rd_kafka_version() >= kHasQueueBackoff) add("fetch.queue.backoff.ms", "5");
      break;
    case Role::Following:
      // Time until a follower at the end gets a response without records. Responses with records come
      // immediately.
      add("fetch.wait.max.ms", "100");
      add("fetch.error.backoff.ms", "50");
      // librdkafka stops fetching for one second if its queue is full. With this number, small records do not
      // fill it during a replay.
      add("queued.min.messages", "1000000");
      add("queued.max.messages.kbytes", "65536");
      add("fetch.message.max.bytes", "4194304");
      if (rd_kafka_version() >= kHasQueueBackoff) add("fetch.queue.backoff.ms", "20");
      break;
    case Role::Appending:
    case Role::AppendingGapless:
      // Long enough to collect a batch that PartitionQueue hands over; later records wait there.
      add("linger.ms", fmt::format("{}", std::chrono::duration<double, std::milli>(kLinger).count()));
      add("batch.num.messages", fmt::format("{}", kBatchRecords));
      add("batch.size", fmt::format("{}", kBatchBytes));
      add("message.max.bytes", "2200000");
      add("request.timeout.ms", in_ms(settings.request_timeout));
      add("retry.backoff.ms", "50");
      // Higher than the limits for each partition in KafkaSettings.
      add("queue.buffering.max.messages", "10000000");
      add("queue.buffering.max.kbytes", "2097151");
      break;
    case Role::Member:
      add("session.timeout.ms", in_ms(settings.session_timeout));
      // A member detects a rebalance within this time.
      add("heartbeat.interval.ms", in_ms(settings.session_timeout / 10));
      // The member's thread polls all the time. A join also waits this long for a coordinator that hangs.
      add("max.poll.interval.ms", in_ms(3 * settings.session_timeout));
      break;
  }
  return properties;
}

/// The error never contains the value, which may be a secret.
Status set(rd_kafka_conf_t* conf, const std::string& key, const std::string& value) {
  std::array<char, 512> why{};
  switch (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), why.data(), why.size())) {
    case RD_KAFKA_CONF_OK: return Done{};
    case RD_KAFKA_CONF_UNKNOWN:
      return Error::permanent("Kafka: librdkafka has no property '{}'.", key)
          .with_hint("librdkafka's CONFIGURATION.md lists all properties.");
    default:
      return Error::permanent("Kafka: the value of '{}' is invalid.", key)
          .with_hint("librdkafka's CONFIGURATION.md lists the valid values.");
  }
}

Status set_all(rd_kafka_conf_t* conf, Role role, const KafkaSettings& settings) {
  RETURN_IF_ERROR(check_sasl(settings.properties, librdkafka_has_oidc()));
  for (const auto& [key, value] : defaults(role, settings)) RETURN_IF_ERROR(set(conf, key, value));
  for (const auto& [key, value] : settings.properties) RETURN_IF_ERROR(set(conf, key, value));
  for (const auto& [key, value] : required(role, settings)) {
    for (const auto& [name, other] : settings.properties) {
      if (name == key && other != value) {
        return Error::permanent("Kafka: '{}' must be {}; any other value breaks a promise of firstcome.", key,
                                value.empty() ? "unset" : value)
            .with_hint("Remove it from the Kafka settings.");
      }
    }
    if (!value.empty()) RETURN_IF_ERROR(set(conf, key, value));
  }
  // Overrides the settings. A broker that does not know a producer (yet, or any more) accepts its batches
  // from any sequence on. With several batches in flight, a batch that follows a temporarily rejected one
  // (too few copies, new leader) could be stored before it: that is a gap.
  if (role == Role::AppendingGapless) return set(conf, "max.in.flight", "1");
  return Done{};
}

void on_log(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
  // Every client gets the properties of all roles, so ignore warnings about unused ones.
  if (std::strcmp(facility, "CONFWARN") == 0 || level > LOG_WARNING) return;
  const auto& settings = *static_cast<const KafkaSettings*>(rd_kafka_opaque(handle));
  const std::string line = fmt::format("Kafka, {}: {}.", facility, text);
  if (settings.faults == nullptr || !is_connection_noise(facility)) {
    return report(settings, Error::retryable(line));
  }
  if (settings.trace) settings.trace(line);
  if (const auto failure = read_connection_failure(facility, text)) {
    settings.faults->connection_failed(*failure);
  }
}

}  // namespace

void report(const KafkaSettings& settings, const Error& error, const std::source_location& source) {
  if (settings.report) settings.report(error, source);
}

void note(const KafkaSettings& settings, const std::string& what, const std::source_location& source) {
  if (settings.note) settings.note(what, source);
}

void report_unless_of_a_connection(const KafkaSettings& settings, rd_kafka_resp_err_t code,
                                   const Error& error, const std::source_location& source) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
      if (settings.faults == nullptr) break;
      if (settings.trace) settings.trace(error.message);
      return;
    default: break;
  }
  report(settings, error, source);
}

Status check_settings(const KafkaSettings& settings) {
  for (const Role role :
       {Role::Asking, Role::Following, Role::Appending, Role::AppendingGapless, Role::Member}) {
    const ConfHandle conf(rd_kafka_conf_new());
    RETURN_IF_ERROR(set_all(conf.get(), role, settings));
  }
  // Only the member is made here; the node makes the other clients before it writes anything.
  RETURN_IF_ERROR(Client::make(Role::Member, std::make_shared<const KafkaSettings>(settings)));
  return Done{};
}

Result<std::unique_ptr<Client>> Client::make(Role role, std::shared_ptr<const KafkaSettings> settings) {
  std::unique_ptr<Client> client(new Client(std::move(settings)));
  ConfHandle conf(rd_kafka_conf_new());
  RETURN_IF_ERROR(set_all(conf.get(), role, *client->settings_));
  // The opaque of librdkafka is not const, but nothing writes through it.
  rd_kafka_conf_set_opaque(conf.get(), const_cast<KafkaSettings*>(client->settings_.get()));
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  const bool appends = role == Role::Appending || role == Role::AppendingGapless;
  // Without events or a callback, librdkafka logs errors, which is enough for a reader.
  if (appends) rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
  if (role == Role::Member) {
    rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT);
  }
  if (role == Role::Following) client->interruptions_.watch(conf.get());
  std::array<char, 512> why{};
  client->handle_.reset(
      rd_kafka_new(appends ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf.get(), why.data(), why.size()));
  if (!client->handle_) {
    return Error::permanent("Kafka: the settings contradict each other: {}", why.data());
  }
  static_cast<void>(conf.release());  // now owned by the client
  return client;
}

}  // namespace firstcome::journal::kafka
