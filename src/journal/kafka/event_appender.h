#pragma once

#include <memory>

#include "journal/kafka/kafka_settings.h"

namespace firstcome::journal {

/// Appends to the events' topic, gapless, with a producer of its own: what stands still there holds nothing
/// else up. Append::partition is the policy's home; the record goes to that modulo the topic's partitions, so
/// with as many as the requests' topic has, where a Java client puts the same key. Destination::Requests
/// alone.
///
/// Errors say what is wrong and what to do: a topic that is missing, too. Blocks on the network.
Result<std::unique_ptr<GaplessAppender>> open_event_appender(const KafkaSettings& settings,
                                                             AcknowledgementSink& sink);

}  // namespace firstcome::journal
