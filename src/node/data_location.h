#pragma once

#include <string>
#include <variant>

#include "journal/kafka/kafka_settings.h"

namespace firstcome::node {

/// The embedded journal and store, both in one folder.
struct Folder {
  std::string path;
};

/// A journal in Kafka and a store in PostgreSQL.
struct Servers {
  journal::KafkaSettings journal;
  std::string store;  ///< postgresql://…, without a password
};

using DataLocation = std::variant<Folder, Servers>;

/// For messages: "/var/lib/firstcome", or journal and store.
std::string name_of(const DataLocation& location);

}  // namespace firstcome::node
