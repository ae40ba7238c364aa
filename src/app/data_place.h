#pragma once

#include <string>
#include <variant>

#include "app/config.h"
#include "domain/result.h"
#include "journal/kafka/kafka_settings.h"

namespace firstcome::app {

/// The embedded journal and store, both in one folder.
struct Folder {
  std::string path;
};

/// A journal in Kafka and a store in PostgreSQL.
struct Servers {
  journal::KafkaSettings journal;
  std::string store;  ///< postgresql://…, without a password
};

using DataPlace = std::variant<Folder, Servers>;

/// Have the values, which have the options of servers_options(), been told of servers?
bool names_servers(const Values& values);
/// `journal`, `kafka` and `kafka-config` together.
Result<journal::KafkaSettings> kafka_settings(const Values& values);
/// `events`: the topic, or nothing for none.
std::string events_topic(const Values& values);
/// The folder of `data`, or the servers of `journal` and `store`. The error says which goes with which.
Result<DataPlace> data_place(const Values& values);
/// For people: "/var/lib/firstcome", or journal and store.
std::string name_of(const DataPlace& place);

}  // namespace firstcome::app
