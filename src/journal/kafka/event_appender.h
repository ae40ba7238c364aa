#pragma once

#include <memory>

#include "journal/kafka/kafka_settings.h"

namespace firstcome::journal {

/// Appends to the events' topic, gapless, with its own producer, so that a blocked events' topic blocks
/// nothing else. Append::partition is the home of the policy; the record goes to this number modulo the
/// partitions of the topic. If the topic has as many partitions as the requests' topic, that is the partition
/// of a Java client with the same key. Only Destination::Requests is valid.
///
/// Fails if the topic is missing. Blocks on the network.
Result<std::unique_ptr<GaplessAppender>> open_event_appender(const KafkaSettings& settings,
                                                             AcknowledgementSink& sink);

}  // namespace firstcome::journal
