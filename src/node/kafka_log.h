#pragma once

#include "journal/kafka/kafka_settings.h"

namespace firstcome::node {

/// What the clients of Kafka tell goes to the log: a fault as a warning, its end as information, librdkafka's
/// own lines for debugging.
journal::KafkaSettings logged(journal::KafkaSettings settings);

}  // namespace firstcome::node
