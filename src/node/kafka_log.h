#pragma once

#include "journal/kafka/kafka_settings.h"

namespace firstcome::node {

/// Connects the Kafka clients to the log: a fault is a warning, its end is information, and librdkafka's own
/// lines have the level debug.
journal::KafkaSettings logged(journal::KafkaSettings settings);

}  // namespace firstcome::node
