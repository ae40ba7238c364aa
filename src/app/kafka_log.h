#pragma once

#include "journal/kafka/kafka_settings.h"

namespace firstcome::app {

/// What the clients of Kafka tell goes to the log: a fault as a warning, its end as information, librdkafka's
/// own lines for debugging.
journal::KafkaSettings logged(journal::KafkaSettings settings);

}  // namespace firstcome::app
