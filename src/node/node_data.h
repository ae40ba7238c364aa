#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "domain/result.h"
#include "journal/counters.h"
#include "journal/journal.h"
#include "journal/ownership.h"
#include "node/data_place.h"
#include "replica/relay.h"
#include "store/data.h"
#include "store/event_outbox.h"
#include "store/store.h"

namespace firstcome::node {

/// Where the events of issued coupons come from and go to.
struct EventsOut {
  std::string topic;
  std::string source;  ///< as each event names it
  std::unique_ptr<store::EventOutbox> outbox;
  std::function<Result<std::unique_ptr<journal::GaplessAppender>>(journal::AcknowledgementSink&)>
      make_appender;
};

/// A journal and the store that follows it. They belong together: the store knows its journal.
struct Data {
  std::unique_ptr<journal::Counters> journal_counters;     ///< outlives the journal
  std::unique_ptr<journal::GroupCounters> group_counters;  ///< outlives what own() returns
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<store::Store> store;
  store::Settings settings;
  bool is_new = false;
  replica::RelaySource relay_source;  ///< what dead letters say they come from
  bool one_writer = true;             ///< the store takes one writer at a time
  /// Begins to own partitions; `changed` is called, on any thread, when it owns others than before.
  std::function<Result<std::unique_ptr<journal::Ownership>>(std::function<void()> changed)> own;
  std::optional<EventsOut> events;  ///< nothing: none are told from here
  /// Embedded: who is asked before the journal's clock takes a long step. See SqliteJournal::guard_clock.
  std::function<void(std::function<std::string(Timestamp last, Timestamp now)>)> guard_clock;
};

/// What this node is for.
enum class Role : std::uint8_t {
  All,     ///< answers callers and saves
  Edge,    ///< answers callers
  Issuer,  ///< saves
};

/// How to open data, and what to make where there are none.
struct DataPlan {
  Role role = Role::All;
  std::int32_t partitions = 0;           ///< 0: as the data have; 3 for new ones
  bool create_topics = false;            ///< Kafka: make the topics that are missing
  std::int32_t replication = 3;          ///< of topics that are made
  std::string events_topic{};            ///< Kafka: where issuers tell of issued coupons; empty: nowhere
  std::optional<InstallationKey> key{};  ///< of a store that is filled; nothing: a new one
  bool accept_clock = false;             ///< embedded: the machine's clock is right, however far it is ahead
  std::function<Timestamp()> clock{};    ///< embedded: the journal's; the machine's when empty
  /// Told what the start waits for, at each step. Its own thread.
  std::function<void(const std::string&)> waits_for = [](const std::string&) {};
};

/// Opens data to serve them, and makes them where there are none (an edge makes nothing). Refuses another
/// number of partitions, a store that follows another journal, a folder that another process uses, and topics
/// whose settings would break a promise. Errors are for people.
Result<Data> open_data(const DataPlace& place, const DataPlan& plan);

/// What a new store is given for this journal, whose first `homes` partitions are to be home to policies.
/// With the key of the plan; refused when the journal holds records that were sealed with another.
Result<store::NewData> new_data(journal::Journal& journal, std::int32_t homes, const DataPlan& plan);
/// Is it still to be filled?
bool is_empty(store::Store& store);
/// Reads what the store was made with; refuses one that follows another journal.
Status read_data_settings(Data& data);

Result<Data> open_folder(const Folder& folder, const DataPlan& plan);
Result<Data> open_servers(const Servers& servers, const DataPlan& plan);

}  // namespace firstcome::node
