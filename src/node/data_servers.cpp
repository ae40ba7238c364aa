#include <algorithm>

#include "decide/decider.h"
#include "issuer/coupon_event.h"
#include "journal/kafka/event_appender.h"
#include "journal/kafka/group_member.h"
#include "journal/kafka/kafka_journal.h"
#include "journal/kafka/topics.h"
#include "log/log.h"
#include "node/kafka_log.h"
#include "node/newest_header.h"
#include "node/node_data.h"
#include "postgres/address.h"
#include "store/data.h"
#include "store/postgres/postgres_store.h"

namespace firstcome::node {
namespace {

constexpr std::int32_t kPartitions = 3;

/// What is not as it should be is told; what breaks a promise is refused.
Status refuse_broken_topics(const journal::KafkaSettings& settings, std::int32_t partitions) {
  const auto findings = journal::check_topics(settings, partitions);
  if (!findings.ok()) return findings.error();
  std::string broken;
  for (const journal::TopicFinding& finding : *findings) {
    if (!finding.breaks_a_promise) {
      log::warn(finding.text(), {{"topic", finding.topic}, {"setting", finding.setting}});
    } else {
      broken += (broken.empty() ? "" : "\n") + finding.text();
    }
  }
  if (broken.empty()) return Done{};
  return Error{Error::Kind::Permanent, broken};
}

/// An empty store is filled for as many homes as were asked for: a store that was lost is made again for a
/// topic that may have got more partitions meanwhile.
Result<bool> fill(store::PostgresStore& store, journal::Journal& journal, const DataPlan& plan) {
  if (!is_empty(store)) return false;
  const std::int32_t wanted = plan.partitions;
  const std::int32_t homes = wanted > 0 ? wanted : journal.partitions();
  if (homes > journal.partitions()) {
    return Error{Error::Kind::Permanent, "--partitions " + std::to_string(homes) + ": the topic has only " +
                                             std::to_string(journal.partitions())};
  }
  const auto fresh = new_data(journal, homes, plan);
  if (!fresh.ok()) return fresh.error();
  return store.create_if_missing(*fresh);
}

/// Partitions that were added to the topic since the store was filled are followed from their beginning.
Status add_partitions(store::PostgresStore& store, const Data& data) {
  const std::int32_t homes = data.settings.partitions;
  if (homes == data.journal->partitions()) return Done{};
  log::warn("the journal has " + std::to_string(data.journal->partitions()) + " partitions, and " +
            std::to_string(homes) +
            " when its store was made: those added since are followed, and home to no "
            "policy; what clients send there is moved to where it belongs");
  std::vector<std::uint64_t> hashes;
  for (Partition added = homes; added < data.journal->partitions(); ++added) {
    hashes.push_back(decide::Decider(added, homes).hash());
  }
  return store.add_partitions(homes, hashes);
}

/// Two installations may not share a topic of events: both have a policy 1, and a listener could not tell
/// whose it is. The newest event of each partition says whose topic it is.
Status refuse_foreign_events(const journal::KafkaSettings& settings, const std::string& installation) {
  journal::KafkaSettings events = settings;
  events.topic = settings.events_topic;
  const auto topic = journal::open_kafka_journal_reader(events);
  if (!topic.ok()) return topic.error();
  for (Partition partition = 0; partition < (*topic)->partitions(); ++partition) {
    const auto newest = newest_header(**topic, partition, issuer::kInstallationHeader);
    if (!newest.ok()) return newest.error();
    if (!*newest || **newest == installation) continue;
    return Error{
        Error::Kind::Permanent,
        "topic '" + events.topic + "' has events of another installation (" + **newest + ", this one is " +
            installation +
            "), and its listeners could not tell the coupons of the two apart. Name another topic with "
            "--events, and make it with firstcome topic create --events NAME"};
  }
  return Done{};
}

/// An issuer's. The events' topic is asked for again whenever a producer is made, so it may be away by then.
Result<EventsOut> open_events(const journal::KafkaSettings& settings, store::PostgresStore& store) {
  auto outbox = store.make_event_outbox();
  if (!outbox.ok()) return outbox.error();
  return EventsOut{.topic = settings.events_topic,
                   .source = "/firstcome/" + settings.topic,
                   .outbox = std::move(*outbox),
                   .make_appender = [settings](journal::AcknowledgementSink& sink) {
                     return journal::open_event_appender(settings, sink);
                   }};
}

}  // namespace

Result<Data> open_servers(const Servers& servers, const DataPlan& plan) {
  const auto address = postgres::Address::parse(servers.store);
  if (!address.ok()) return address.error();
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
  plan.waits_for("Kafka " + settings.servers + ", to say how its topics are");
  if (Status fine = journal::check_kafka_settings(settings); !fine.ok()) return fine.error();
  if (plan.create_topics) {
    const journal::TopicPlan topics{.partitions = plan.partitions > 0 ? plan.partitions : kPartitions,
                                    .replication = plan.replication};
    if (Status made = journal::create_topics(settings, topics); !made.ok()) return made.error();
  }
  if (plan.role == Role::Edge) settings.events_topic.clear();  // none of its business
  if (Status fine = refuse_broken_topics(settings, 0); !fine.ok()) return fine.error();
  auto journal = journal::open_kafka_journal(settings);
  if (!journal.ok()) return journal.error();
  data.journal = std::move(*journal);

  plan.waits_for(address->name() + ", to say how its tables are");
  auto store =
      store::open_postgres_store(servers.store, {.report = [](const std::string& what) { log::warn(what); }});
  if (!store.ok()) return store.error();
  if (plan.role != Role::Edge) {
    if (Status may = (*store)->check_may_save(); !may.ok()) return may.error();
    auto filled = fill(**store, *data.journal, plan);
    if (!filled.ok()) return filled.error();
    data.is_new = *filled;
  }
  store::PostgresStore& postgres = **store;
  data.store = std::move(*store);
  if (Status read = read_data_settings(data); !read.ok()) return read.error();
  if (plan.partitions > 0 && plan.partitions != data.settings.partitions) {
    return Error{Error::Kind::Permanent,
                 "--partitions " + std::to_string(plan.partitions) + ": the store was made for " +
                     std::to_string(data.settings.partitions) + ", which is for good; leave it out"};
  }
  if (plan.role != Role::Edge) {
    if (Status added = add_partitions(postgres, data); !added.ok()) return added.error();
  }
  if (!settings.events_topic.empty()) {
    plan.waits_for("topic '" + settings.events_topic + "', to say whose events it has");
    if (Status ours = refuse_foreign_events(settings, data.settings.key.name()); !ours.ok())
      return ours.error();
    auto events = open_events(settings, postgres);
    if (!events.ok()) return events.error();
    data.events = std::move(*events);
  }
  data.own = [role = plan.role,
              settings](std::function<void()> changed) -> Result<std::unique_ptr<journal::Ownership>> {
    if (role != Role::Edge) return journal::join_group(settings, std::move(changed));
    return std::unique_ptr<journal::Ownership>(std::make_unique<journal::OwnsNone>());
  };
  return data;
}

}  // namespace firstcome::node
