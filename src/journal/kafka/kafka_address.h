#pragma once

#include <string_view>

#include "journal/kafka/kafka_settings.h"

namespace firstcome::journal {

/// Reads "kafka://host:9092,host:9092" or "kafka://host:9092/topic" into servers and topics. The dead
/// letters' topic is the topic's name and "-dlt". Errors are for people.
Status read_kafka_address(std::string_view address, KafkaSettings& settings);

/// Reads one "key=value" into properties; empty lines and those that begin with # say nothing, so that a file
/// of them can be read line by line. Errors do not repeat the line: it may hold a secret.
Status read_kafka_property(std::string_view line, KafkaSettings& settings);

}  // namespace firstcome::journal
