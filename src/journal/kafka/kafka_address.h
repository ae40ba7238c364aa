#pragma once

#include <string_view>

#include "journal/kafka/kafka_settings.h"

namespace firstcome::journal {

/// Parses "kafka://host:9092,host:9092" or "kafka://host:9092/topic" into servers and topics. The dead
/// letters' topic is the topic's name and "-dlt".
Status read_kafka_address(std::string_view address, KafkaSettings& settings);

/// Parses one line "key=value" of a file into properties; ignores empty lines and lines that begin with #.
/// Errors do not contain the line, which may be a secret.
Status read_kafka_property(std::string_view line, KafkaSettings& settings);

}  // namespace firstcome::journal
