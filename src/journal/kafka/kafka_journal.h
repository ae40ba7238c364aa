#pragma once

#include <memory>

#include "journal/kafka/kafka_settings.h"

namespace firstcome::journal {

/// Opens the journal in an existing Kafka topic (see topics.h).
///
/// identity() is "kafka:<cluster id>/<topic>". It does not contain Kafka's topic id, because librdkafka 2.0
/// cannot read it. Another log with the same topic name is detected by the checksum of the record before the
/// position, by positions outside the log, and while it is followed.
///
/// An acknowledged record is durable: acks=all, idempotent. A record longer than 1 MiB (dead letters: 2 MiB)
/// is acknowledged as NotPersisted. The destructor of an appender waits until all its records are settled and
/// acknowledged. After request_timeout it fails the unacknowledged records of all appenders, because a server
/// ends in this way while brokers are away. A gapless appender fails its own records immediately. All of them
/// are acknowledged. Never call the destructor on the thread of the sink.
Result<std::unique_ptr<Journal>> open_kafka_journal(const KafkaSettings& settings);

/// Opens the journal only for reading; makes no producer.
Result<std::unique_ptr<JournalReader>> open_kafka_journal_reader(const KafkaSettings& settings);

}  // namespace firstcome::journal
