#include "journal/kafka/kafka_address.h"

#include "text/host_port.h"
#include "text/secrets.h"

namespace firstcome::journal {
namespace {

constexpr std::string_view kScheme = "kafka://";

Error wrong(std::string_view address, std::string_view what) {
  return Error::permanent("'{}': {}", text::without_secrets(std::string(address)), what)
      .with_hint("An address of a journal in Kafka looks like kafka://host:9092,host:9092.");
}

bool are_servers(std::string_view list) {
  for (;;) {
    const auto comma = list.find(',');
    const auto server = text::parse_host_port(list.substr(0, comma));
    if (!server || !server->port) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

bool is_blank(char one) { return one == ' ' || one == '\t' || one == '\r'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

Status read_kafka_address(std::string_view address, KafkaSettings& settings) {
  if (address.find('@') != std::string_view::npos) {
    return Error::permanent("The journal's address must not contain a user.")
        .with_hint("Set sasl.username and sasl.password in the file of Kafka settings.");
  }
  if (!address.starts_with(kScheme)) return wrong(address, "it does not begin with kafka://.");
  const std::string_view rest = address.substr(kScheme.size());
  const auto slash = rest.find('/');
  const std::string_view servers = rest.substr(0, slash);
  if (!are_servers(servers))
    return wrong(address, "the brokers must be a list of host:port, separated by commas.");
  if (slash != std::string_view::npos) {
    const std::string_view topic = rest.substr(slash + 1);
    if (topic.empty() || topic.find('/') != std::string_view::npos) {
      return wrong(address, "only the name of one topic may follow the brokers.");
    }
    settings.topic = topic;
    settings.dead_letter_topic = settings.topic + "-dlt";
  }
  settings.servers = servers;
  return Done{};
}

Status read_kafka_property(std::string_view line, KafkaSettings& settings) {
  const std::string_view text = trim(line);
  if (text.empty() || text.front() == '#') return Done{};
  const auto equals = text.find('=');
  const std::string_view key = trim(text.substr(0, equals));
  if (equals == std::string_view::npos || key.empty()) {
    return Error::permanent("A Kafka setting must have the form key=value.");
  }
  settings.properties.emplace_back(key, trim(text.substr(equals + 1)));
  return Done{};
}

}  // namespace firstcome::journal
