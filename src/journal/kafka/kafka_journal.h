#pragma once

#include <memory>

#include "journal/kafka/kafka_settings.h"

namespace firstcome::journal {

/// Opens the journal in a Kafka topic, which must be there (see topics.h). Errors say what is wrong and what
/// to do; what may get better by itself is Retryable.
///
/// identity() is "kafka:<cluster id>/<topic>". Kafka's topic id would say more, but librdkafka 2.0 cannot ask
/// for it: that a topic of the same name is another log is found by the checksum of the record before the
/// position, by positions outside it, and while it is followed.
///
/// An append is durable when it is acknowledged: acks=all, idempotent. A record over 1 MiB (dead letters: 2
/// MiB) is taken and acknowledged NotPersisted. Destroying an appender waits until everything it took is
/// settled and told; after request_timeout it gives up what is not acknowledged, of all appenders, since that
/// is how a server ends while brokers are away. A gapless one gives up its own at once. Both tell. Never do
/// either on the sink's thread.
Result<std::unique_ptr<Journal>> open_kafka_journal(const KafkaSettings& settings);

/// The same for reading alone: nothing that could append is made.
Result<std::unique_ptr<JournalReader>> open_kafka_journal_reader(const KafkaSettings& settings);

}  // namespace firstcome::journal
