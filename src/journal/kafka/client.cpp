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

namespace firstcome::journal::kafka {
namespace {

using Properties = std::vector<std::pair<std::string, std::string>>;

/// What may not be set to anything else, or, where there is no value, not at all; the rest is in defaults().
Properties promises(Role role, const KafkaSettings& settings) {
  switch (role) {
    case Role::Asking: return {{"allow.auto.create.topics", "false"}, {"isolation.level", "read_committed"}};
    case Role::Comparing:
    case Role::Following:
      return {
          {"allow.auto.create.topics", "false"},
          // Records of a transaction that was given up must not be decided.
          {"isolation.level", "read_committed"},
          // A position outside the log is for a person; anything else would skip records or decide them
          // twice.
          {"auto.offset.reset", "error"},
          {"enable.partition.eof", "true"},
          // Positions live in the store.
          {"enable.auto.commit", "false"},
          {"enable.auto.offset.store", "false"},
          // A record that was damaged on a broker's disk must not be decided.
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
          // What is relayed may never be given up because it waited.
          {"message.timeout.ms",
           role == Role::Appending ? std::to_string(settings.message_timeout.count()) : "0"},
      };
    case Role::Member:
      return {
          {"allow.auto.create.topics", "false"},
          {"group.id", settings.group},
          // Alone, so that a forgotten listener, which offers others, does not get in unnoticed.
          {"partition.assignment.strategy", "roundrobin"},
          // Commits say what is saved, not what was read.
          {"enable.auto.commit", "false"},
          {"enable.auto.offset.store", "false"},
          // A static member leaves nothing to the others when it ends.
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
      {"socket.timeout.ms", std::to_string(settings.request_timeout.count())},
      {"socket.connection.setup.timeout.ms",
       std::to_string(std::max<std::int64_t>(1'000, settings.request_timeout.count()))},
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
      // Nothing behind the one record.
      add("queued.min.messages", "1");
      add("fetch.error.backoff.ms", "50");
      break;
    case Role::Following:
      // How long a follower at the end waits to hear that it is there; records come at once.
      add("fetch.wait.max.ms", "100");
      add("fetch.error.backoff.ms", "50");
      // librdkafka stops fetching for a whole second when its queue is full, so it must not fill by number
      // when small records are replayed.
      add("queued.min.messages", "1000000");
      add("queued.max.messages.kbytes", "65536");
      add("fetch.message.max.bytes", "4194304");
      break;
    case Role::Appending:
    case Role::AppendingGapless:
      // Long enough to collect a batch that PartitionQueue hands over; records behind it wait there.
      add("linger.ms", "0.5");
      add("batch.size", "900000");  // under the topic's max.message.bytes, which limits a batch
      add("message.max.bytes", "2200000");
      add("request.timeout.ms", std::to_string(settings.request_timeout.count()));
      add("retry.backoff.ms", "50");
      // The limits a partition are smaller, and are what counts.
      add("queue.buffering.max.messages", "10000000");
      add("queue.buffering.max.kbytes", "2097151");
      break;
    case Role::Member:
      add("session.timeout.ms", std::to_string(settings.session_timeout.count()));
      // How soon the others hear that somebody came or went.
      add("heartbeat.interval.ms", std::to_string(settings.session_timeout.count() / 10));
      // Its thread does nothing but poll. This is also how long joining waits for a coordinator that hangs.
      add("max.poll.interval.ms", std::to_string(3 * settings.session_timeout.count()));
      break;
  }
  return properties;
}

/// Never the value: it may be a secret.
Status set(rd_kafka_conf_t* conf, const std::string& key, const std::string& value) {
  std::array<char, 512> why{};
  switch (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), why.data(), why.size())) {
    case RD_KAFKA_CONF_OK: return Done{};
    case RD_KAFKA_CONF_UNKNOWN:
      return Error{Error::Kind::Permanent, "Kafka: librdkafka knows no property '" + key +
                                               "'. Its CONFIGURATION.md lists those there are."};
    default:
      return Error{Error::Kind::Permanent,
                   "Kafka: the value given for '" + key +
                       "' is not one it can have. librdkafka's CONFIGURATION.md says which it can."};
  }
}

Status set_all(rd_kafka_conf_t* conf, Role role, const KafkaSettings& settings) {
  for (const auto& [key, value] : defaults(role, settings)) {
    if (const Status status = set(conf, key, value); !status.ok()) return status;
  }
  for (const auto& [key, value] : settings.properties) {
    if (const Status status = set(conf, key, value); !status.ok()) return status;
  }
  for (const auto& [key, value] : promises(role, settings)) {
    for (const auto& [given, other] : settings.properties) {
      if (given == key && other != value) {
        return Error{Error::Kind::Permanent, "Kafka: '" + key + "' must be " +
                                                 (value.empty() ? "left out" : value) +
                                                 " here; with anything else a promise of firstcome "
                                                 "would not hold. Take it out of the Kafka settings."};
      }
    }
    if (value.empty()) continue;
    if (const Status status = set(conf, key, value); !status.ok()) return status;
  }
  // Whatever is good for others. A broker that knows nothing of a producer yet, or no more, takes its batches
  // from any sequence on, so one that was sent behind a batch which was refused for a moment (too few copies,
  // another leader) would be stored in front of it: that would be a gap.
  if (role == Role::AppendingGapless) return set(conf, "max.in.flight", "1");
  return Done{};
}

void on_log(const rd_kafka_t* handle, int level, const char* facility, const char* text) {
  // Properties of other roles are given to all; that one ignores them is as it should be.
  if (std::strcmp(facility, "CONFWARN") == 0 || level > LOG_WARNING) return;
  const auto& settings = *static_cast<const KafkaSettings*>(rd_kafka_opaque(handle));
  const std::string line = std::string("Kafka, ") + facility + ": " + text + '.';
  if (settings.faults == nullptr || !is_connection_noise(facility)) {
    return report(settings, {Error::Kind::Retryable, line});
  }
  if (settings.trace) settings.trace(line);
  if (const auto failure = read_connection_failure(facility, text)) {
    settings.faults->connection_failed(*failure);
  }
}

}  // namespace

void report(const KafkaSettings& settings, const Error& error, const std::source_location& place) {
  if (settings.report) settings.report(error, place);
}

void note(const KafkaSettings& settings, const std::string& what, const std::source_location& place) {
  if (settings.note) settings.note(what, place);
}

void report_unless_of_a_connection(const KafkaSettings& settings, rd_kafka_resp_err_t code,
                                   const Error& error, const std::source_location& place) {
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
  report(settings, error, place);
}

Status check_settings(const KafkaSettings& settings) {
  for (const Role role :
       {Role::Asking, Role::Following, Role::Appending, Role::AppendingGapless, Role::Member}) {
    const ConfHandle conf(rd_kafka_conf_new());
    if (Status fine = set_all(conf.get(), role, settings); !fine.ok()) return fine;
  }
  // The others are made before anything is written.
  const auto member = Client::make(Role::Member, std::make_shared<const KafkaSettings>(settings));
  return member.ok() ? Status(Done{}) : member.error();
}

Result<std::unique_ptr<Client>> Client::make(Role role, std::shared_ptr<const KafkaSettings> settings) {
  std::unique_ptr<Client> client(new Client(std::move(settings)));
  ConfHandle conf(rd_kafka_conf_new());
  if (const Status status = set_all(conf.get(), role, *client->settings_); !status.ok())
    return status.error();
  // librdkafka hands its opaque over as a plain pointer; nothing is written through it.
  rd_kafka_conf_set_opaque(conf.get(), const_cast<KafkaSettings*>(client->settings_.get()));
  rd_kafka_conf_set_log_cb(conf.get(), on_log);
  const bool appends = role == Role::Appending || role == Role::AppendingGapless;
  // Without events or a callback for errors librdkafka logs them, which is all there is to do for a reader.
  if (appends) rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR);
  if (role == Role::Member) {
    rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT);
  }
  if (role == Role::Following) client->interruptions_.watch(conf.get());
  std::array<char, 512> why{};
  client->handle_.reset(
      rd_kafka_new(appends ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, conf.get(), why.data(), why.size()));
  if (!client->handle_) {
    return Error{Error::Kind::Permanent,
                 std::string("Kafka: these settings do not go together: ") + why.data()};
  }
  conf.release();  // the client's now
  return client;
}

}  // namespace firstcome::journal::kafka
