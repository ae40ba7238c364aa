#include "cli/location_options.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "cli/error_context.h"
#include "files/private_files.h"
#include "journal/kafka/kafka_address.h"
#include "postgres/address.h"
#include "text/byte_order_mark.h"
#include "text/secrets.h"

namespace firstcome::cli {
namespace {

Status read_properties(std::istream& lines, const std::string& origin, journal::KafkaSettings& settings) {
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (number == 1 && line.starts_with(text::kByteOrderMark)) line.erase(0, text::kByteOrderMark.size());
    if (const Status read = journal::read_kafka_property(line, settings); !read.ok()) {
      return in_context(fmt::format("{}, line {}", origin, number), read.error());
    }
  }
  return Done{};
}

/// The file of --kafka-config may be open to other users as long as it holds no secret. Files that properties
/// name as a private key may not.
Status check_kafka_secrets(const journal::KafkaSettings& settings, const std::string& file) {
  for (const auto& [key, value] : settings.properties) {
    if (text::names_secret(key)) RETURN_IF_ERROR(files::check_private_file(file));
    constexpr std::string_view kKeyFiles[] = {"ssl.key.location", "ssl.keystore.location",
                                              "sasl.kerberos.keytab"};
    if (std::ranges::find(kKeyFiles, key) != std::end(kKeyFiles))
      RETURN_IF_ERROR(files::check_private_file(value));
  }
  return Done{};
}

}  // namespace

bool names_servers(const Values& values) { return values.has("journal") || values.has("store"); }

Result<journal::KafkaSettings> kafka_settings(const Values& values) {
  journal::KafkaSettings settings;
  if (const Status read = journal::read_kafka_address(values.text("journal"), settings); !read.ok()) {
    return in_context(values.origin("journal"), read.error());
  }
  if (values.has("kafka-config")) {
    const std::string& path = values.text("kafka-config");
    std::ifstream file(path);
    if (!file)
      return Error::permanent("{}: {}: {}", values.origin("kafka-config"), path, std::strerror(errno));
    RETURN_IF_ERROR(read_properties(file, path, settings));
  }
  if (values.has("kafka")) {
    const std::size_t from_file = settings.properties.size();
    std::istringstream lines(values.text("kafka"));
    RETURN_IF_ERROR(read_properties(lines, values.origin("kafka"), settings));
    for (std::size_t i = from_file; i < settings.properties.size(); ++i) {
      const std::string& key = settings.properties[i].first;
      if (!text::names_secret(key)) continue;
      return Error::permanent("{}: {} is a secret, and every user of the machine can read it there.",
                              values.origin("kafka"), key)
          .with_hint("Write it into the file of --kafka-config.");
    }
  }
  RETURN_IF_ERROR(check_kafka_secrets(
      settings, values.has("kafka-config") ? values.text("kafka-config") : std::string()));
  return settings;
}

std::string events_topic(const Values& values) {
  const std::string& topic = values.text("events");
  return topic == "none" ? std::string() : topic;
}

Result<node::DataLocation> data_location(const Values& values) {
  if (!names_servers(values)) {
    for (const std::string_view name : {"kafka", "kafka-config"}) {
      if (values.has(name)) return Error::permanent("{} requires --journal kafka://…", values.origin(name));
    }
    return node::DataLocation(node::Folder{values.text("data")});
  }
  for (const auto& [given, missing] : {std::pair{"journal", "--store postgresql://user@host/database"},
                                       std::pair{"store", "--journal kafka://host:9092"}}) {
    const std::string_view other = given == std::string_view("journal") ? "store" : "journal";
    if (values.has(given) && !values.has(other)) {
      return Error::permanent("{} also requires {}", values.origin(given), missing);
    }
  }
  if (values.has("data") && values.origin("data") != "default") {
    return Error::permanent("{} names an embedded journal and store; use either it or --journal and --store",
                            values.origin("data"));
  }
  ASSIGN_OR_RETURN(auto journal, kafka_settings(values));
  // Before any message contains the address: it could have a password in it.
  if (auto store = postgres::Address::parse(values.text("store")); !store.ok()) {
    return in_context(values.origin("store"), store.error());
  }
  return node::DataLocation(node::Servers{std::move(journal), values.text("store")});
}

}  // namespace firstcome::cli
