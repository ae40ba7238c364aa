#include "node/kafka_log.h"

#include <utility>

#include "log/log.h"

namespace firstcome::node {

journal::KafkaSettings logged(journal::KafkaSettings settings) {
  settings.report = [](const Error& error, const log::Source& source) {
    log::warn(error.text(), {}, source);
  };
  settings.note = [](const std::string& what, const log::Source& source) { log::info(what, {}, source); };
  settings.trace = [](const std::string& line) { log::debug(line); };
  return journal::with_broker_faults(std::move(settings));
}

}  // namespace firstcome::node
