#include "node/node_data.h"

#include <fmt/core.h>

#include <algorithm>

#include "decide/decider.h"
#include "issuer/event_writer.h"
#include "journal/kafka/event_appender.h"
#include "journal/kafka/group_member.h"
#include "journal/kafka/kafka_journal.h"
#include "journal/kafka/topics.h"
#include "log/log.h"
#include "node/kafka_log.h"
#include "postgres/address.h"
#include "store/data.h"
#include "store/postgres/postgres_store.h"

namespace firstcome::node {
namespace {

constexpr std::int32_t kPartitions = 3;

/// Returns an error for settings that break a promise, and logs the other findings.
Status refuse_broken_topics(const journal::KafkaSettings& settings, std::int32_t partitions) {
  ASSIGN_OR_RETURN(const auto findings, journal::check_topics(settings, partitions));
  std::string broken;
  for (const journal::TopicFinding& finding : findings) {
    if (!finding.breaks_a_promise) {
      log::warn(finding.text(), {{"topic", finding.topic}, {"setting", finding.setting}});
    } else {
      broken += (broken.empty() ? "" : "\n") + finding.text();
    }
  }
  if (broken.empty()) return Done{};
  return Error::permanent(broken);
}

/// Fills an empty store. Returns false if it is not empty. The number of homes comes from the plan, because
/// the store may be rebuilt for a topic that has got more partitions since.
Result<bool> fill(store::PostgresStore& store, journal::Journal& journal, const DataPlan& plan) {
  if (!is_empty(store)) return false;
  const std::int32_t homes = plan.partitions > 0 ? plan.partitions : journal.partitions();
  if (homes > journal.partitions()) {
    return Error::permanent("--partitions {}: the topic has only {}", homes, journal.partitions());
  }
  ASSIGN_OR_RETURN(const auto fresh, new_data(journal, homes, plan));
  return store.create_if_missing(fresh);
}

/// Adds the partitions that the topic has got since the store was filled. They are followed from their
/// beginning.
Status add_partitions(store::PostgresStore& store, const Data& data) {
  const std::int32_t homes = data.settings.partitions;
  if (homes == data.journal->partitions()) return Done{};
  log::warn(fmt::format(
      "The journal has {} partitions, but had {} when its store was created. The added partitions are "
      "followed. They are home to no policy, so records that clients send to them are relayed to their homes.",
      data.journal->partitions(), homes));
  std::vector<std::uint64_t> hashes;
  for (Partition added = homes; added < data.journal->partitions(); ++added) {
    hashes.push_back(decide::Decider(added, homes).hash());
  }
  return store.add_partitions(homes, hashes);
}

/// The installation that a partition's newest event names; nothing without an event. Blocks on the network.
/// The end is one past a record, unless a transaction ended there: then the record before it is not found.
Result<std::optional<std::string>> newest_installation(journal::JournalReader& topic, Partition partition) {
  constexpr milliseconds kPoll{200};
  constexpr int kMostPolls = 50;
  ASSIGN_OR_RETURN(const auto bounds, topic.bounds(partition));
  std::optional<std::string> found;
  if (bounds.end == bounds.start) return found;
  ASSIGN_OR_RETURN(const auto follower, topic.follow(partition, bounds.end - 1));
  for (int polls = 0; polls < kMostPolls; ++polls) {
    ASSIGN_OR_RETURN(const auto fetch, follower->poll(kPoll));
    for (const journal::RawRecord& record : fetch.records) {
      const auto header =
          std::ranges::find(record.headers, issuer::kInstallationHeader, &journal::Header::key);
      if (header != record.headers.end()) found = std::string(header->value);
    }
    if (!fetch.records.empty() || fetch.at_end) return found;
  }
  return Error::retryable("partition {}: the topic of events does not return its newest record", partition);
}

/// Two installations must not share a topic of events: both have a policy 1, and a listener could not
/// distinguish them. The newest event of each partition names its installation.
Status refuse_foreign_events(const journal::KafkaSettings& settings, const std::string& installation) {
  journal::KafkaSettings events = settings;
  events.topic = settings.events_topic;
  ASSIGN_OR_RETURN(const auto topic, journal::open_kafka_journal_reader(events));
  for (Partition partition = 0; partition < topic->partitions(); ++partition) {
    ASSIGN_OR_RETURN(const auto newest, newest_installation(*topic, partition));
    if (!newest || *newest == installation) continue;
    return Error::permanent(
        "topic '{}' has events of another installation ({}, this one is {}), and its listeners could not "
        "distinguish the coupons of the two. Specify another topic with --events, and create it with "
        "firstcome topic create --events NAME",
        events.topic, *newest, installation);
  }
  return Done{};
}

/// For an issuer. The topic of events may be unavailable later: each new producer opens it again.
Result<EventsOut> open_events(const journal::KafkaSettings& settings, store::PostgresStore& store) {
  ASSIGN_OR_RETURN(auto outbox, store.make_event_outbox());
  return EventsOut{.topic = settings.events_topic,
                   .source = "/firstcome/" + settings.topic,
                   .outbox = std::move(outbox),
                   .make_appender = [settings](journal::AcknowledgementSink& sink) {
                     return journal::open_event_appender(settings, sink);
                   }};
}

}  // namespace

Result<Data> open_servers(const Servers& servers, const DataPlan& plan) {
  ASSIGN_OR_RETURN(const auto address, postgres::Address::parse(servers.store));
  journal::KafkaSettings settings = servers.journal;
  settings.events_topic = plan.events_topic;
  settings = logged(std::move(settings));
  Data data;
  data.one_writer = false;
  data.relay_source = {settings.topic, settings.group};
  data.group_counters = std::make_unique<journal::GroupCounters>();
  settings.group_counters = data.group_counters.get();
  data.journal_counters = std::make_unique<journal::Counters>();
  settings.counters = data.journal_counters.get();
  plan.waits_for("Kafka " + settings.servers + ", to check the topics");
  RETURN_IF_ERROR(journal::check_kafka_settings(settings));
  if (plan.create_topics) {
    const journal::TopicPlan topics{.partitions = plan.partitions > 0 ? plan.partitions : kPartitions,
                                    .replication = plan.replication};
    RETURN_IF_ERROR(journal::create_topics(settings, topics));
  }
  if (plan.role == Role::Edge) settings.events_topic.clear();  // an edge publishes no events
  RETURN_IF_ERROR(refuse_broken_topics(settings, 0));
  ASSIGN_OR_RETURN(data.journal, journal::open_kafka_journal(settings));

  plan.waits_for(address.name() + ", to check the tables");
  ASSIGN_OR_RETURN(auto store,
                   store::open_postgres_store(servers.store,
                                              {.report = [](const std::string& what) { log::warn(what); }}));
  if (plan.role != Role::Edge) {
    RETURN_IF_ERROR(store->check_may_save());
    ASSIGN_OR_RETURN(data.is_new, fill(*store, *data.journal, plan));
  }
  store::PostgresStore& postgres = *store;
  data.store = std::move(store);
  RETURN_IF_ERROR(read_data_settings(data));
  if (plan.partitions > 0 && plan.partitions != data.settings.partitions) {
    return Error::permanent(
        "--partitions {}: the store was created for {}, which cannot be changed; omit the option",
        plan.partitions, data.settings.partitions);
  }
  if (plan.role != Role::Edge) RETURN_IF_ERROR(add_partitions(postgres, data));
  if (!settings.events_topic.empty()) {
    plan.waits_for("topic '" + settings.events_topic + "', to check whose events it has");
    RETURN_IF_ERROR(refuse_foreign_events(settings, data.settings.key.name()));
    ASSIGN_OR_RETURN(data.events, open_events(settings, postgres));
  }
  data.own = [role = plan.role,
              settings](std::function<void()> changed) -> Result<std::unique_ptr<journal::Ownership>> {
    if (role != Role::Edge) return journal::join_group(settings, std::move(changed));
    return std::unique_ptr<journal::Ownership>(std::make_unique<journal::OwnsNone>());
  };
  return data;
}

}  // namespace firstcome::node
