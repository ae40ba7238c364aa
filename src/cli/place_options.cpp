#include "cli/place_options.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "cli/shown_config.h"
#include "journal/kafka/kafka_address.h"
#include "postgres/address.h"

namespace firstcome::cli {
namespace {

Status read_properties(std::istream& lines, const std::string& origin, journal::KafkaSettings& settings) {
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (const Status read = journal::read_kafka_property(line, settings); !read.ok()) {
      return Error::permanent("{}, line {}: {}", origin, number, read.error().message);
    }
  }
  return Done{};
}

}  // namespace

bool names_servers(const Values& values) { return values.has("journal") || values.has("store"); }

Result<journal::KafkaSettings> kafka_settings(const Values& values) {
  journal::KafkaSettings settings;
  if (const Status read = journal::read_kafka_address(values.text("journal"), settings); !read.ok()) {
    return Error::permanent(values.origin("journal") + ": " + read.error().message);
  }
  if (values.has("kafka-config")) {
    const std::string& path = values.text("kafka-config");
    std::ifstream file(path);
    if (!file)
      return Error::permanent(values.origin("kafka-config") + ": " + path + ": " + std::strerror(errno));
    RETURN_IF_ERROR(read_properties(file, path, settings));
  }
  if (values.has("kafka")) {
    const std::size_t from_the_file = settings.properties.size();
    std::istringstream lines(values.text("kafka"));
    RETURN_IF_ERROR(read_properties(lines, values.origin("kafka"), settings));
    for (std::size_t i = from_the_file; i < settings.properties.size(); ++i) {
      const std::string& key = settings.properties[i].first;
      if (!is_secret_property(key)) continue;
      return Error::permanent(
          values.origin("kafka") + ": " + key +
          " is a secret, which everybody on the machine can read there: write it into the file of "
          "--kafka-config");
    }
  }
  return settings;
}

std::string events_topic(const Values& values) {
  const std::string& said = values.text("events");
  return said == "none" ? std::string() : said;
}

Result<node::DataPlace> data_place(const Values& values) {
  if (!names_servers(values)) {
    for (const std::string_view name : {"kafka", "kafka-config"}) {
      if (values.has(name)) return Error::permanent(values.origin(name) + " goes with --journal kafka://…");
    }
    return node::DataPlace(node::Folder{values.text("data")});
  }
  for (const auto& [said, missing] : {std::pair{"journal", "--store postgresql://user@host/database"},
                                      std::pair{"store", "--journal kafka://host:9092"}}) {
    const std::string_view other = said == std::string_view("journal") ? "store" : "journal";
    if (values.has(said) && !values.has(other)) {
      return Error::permanent(values.origin(said) + " needs " + missing +
                              " beside it: the two belong together");
    }
  }
  if (values.has("data") && values.origin("data") != "default") {
    return Error::permanent(values.origin("data") +
                            " is the folder of the embedded journal and store; say either it or " +
                            "--journal and --store");
  }
  ASSIGN_OR_RETURN(auto journal, kafka_settings(values));
  // Before anybody prints it: it may have a password in it.
  if (auto store = postgres::Address::parse(values.text("store")); !store.ok()) {
    return Error::permanent(values.origin("store") + ": " + store.error().message);
  }
  return node::DataPlace(node::Servers{std::move(journal), values.text("store")});
}

}  // namespace firstcome::cli
