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
#include "node/data_location.h"
#include "replica/relay.h"
#include "store/data.h"
#include "store/event_outbox.h"
#include "store/store.h"

namespace firstcome::node {

/// Source and destination of the events of issued coupons.
struct EventsOut {
  std::string topic;
  std::string source;  ///< in each event
  std::unique_ptr<store::EventOutbox> outbox;
  std::function<Result<std::unique_ptr<journal::GaplessAppender>>(journal::AcknowledgementSink&)>
      make_appender;
};

/// A journal and the store that follows it. The store has the identity of its journal.
struct Data {
  std::unique_ptr<journal::Counters> journal_counters;     ///< outlives the journal
  std::unique_ptr<journal::GroupCounters> group_counters;  ///< outlives the result of own()
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<store::Store> store;
  store::Settings settings;
  bool is_new = false;
  replica::RelaySource relay_source;  ///< the origin that dead letters name
  bool one_writer = true;             ///< the store takes one writer at a time
  /// Begins to own partitions. `changed` is called on any thread when the owned partitions change.
  std::function<Result<std::unique_ptr<journal::Ownership>>(std::function<void()> changed)> own;
  std::optional<EventsOut> events;  ///< nothing: this node publishes no events
  /// Embedded: sets the check before a long step of the journal's clock. See SqliteJournal::guard_clock.
  std::function<void(std::function<std::string(Timestamp last, Timestamp now)>)> guard_clock;
};

enum class Role : std::uint8_t {
  All,     ///< answers callers and saves
  Edge,    ///< answers callers
  Issuer,  ///< saves
};

/// How to open data, and how to create them if there are none.
struct DataPlan {
  Role role = Role::All;
  std::int32_t partitions = 0;           ///< 0: those of the data; 3 for new data
  bool create_topics = false;            ///< Kafka: create missing topics
  std::int32_t replication = 3;          ///< of created topics
  std::string events_topic{};            ///< Kafka: for events of issued coupons; empty: no events
  std::optional<InstallationKey> key{};  ///< for a store that is filled; nothing: a new key
  bool accept_clock = false;             ///< embedded: skip the check of a long step of the clock
  std::function<Timestamp()> clock{};    ///< embedded: of the journal; empty: the machine's
  /// Called at each step of the start, with what it waits for. The starting thread.
  std::function<void(const std::string&)> waits_for = [](const std::string&) {};
};

/// Opens data to serve them, and creates them if there are none (an edge creates nothing). Refuses another
/// number of partitions, a store that follows another journal, a folder that another process uses, and topics
/// whose settings break a promise.
Result<Data> open_data(const DataLocation& location, const DataPlan& plan);

/// The content of a new store for this journal, whose first `homes` partitions can be homes of policies. Uses
/// the key of the plan. Refuses a journal with records that have a MAC by another key.
Result<store::NewData> new_data(journal::Journal& journal, std::int32_t homes, const DataPlan& plan);
/// True if the store is not filled yet.
bool is_empty(store::Store& store);
/// Reads the settings of the store. Refuses a store that follows another journal.
Status read_data_settings(Data& data);

Result<Data> open_folder(const Folder& folder, const DataPlan& plan);
Result<Data> open_servers(const Servers& servers, const DataPlan& plan);

}  // namespace firstcome::node
