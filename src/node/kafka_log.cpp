#include "node/kafka_log.h"

#include <utility>

#include "log/log.h"

namespace firstcome::node {

journal::KafkaSettings logged(journal::KafkaSettings settings) {
  settings.report = [](const Error& error, const log::Place& place) { log::warn(error.text(), {}, place); };
  settings.note = [](const std::string& what, const log::Place& place) { log::info(what, {}, place); };
  settings.trace = [](const std::string& line) { log::debug(line); };
  return journal::with_broker_faults(std::move(settings));
}

}  // namespace firstcome::node
