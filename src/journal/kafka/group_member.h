#pragma once

#include <functional>
#include <memory>

#include "journal/kafka/kafka_settings.h"
#include "journal/ownership.h"

namespace firstcome::journal {

/// Joins the consumer group that distributes the partitions of a journal among the issuers. Kafka assigns the
/// partitions. The member commits saved positions as the group's offsets about once per second, so that
/// Kafka's tools show members and lag. It reads no record.
///
/// Returns immediately, without partitions. The member calls `changed` on its thread after each change of its
/// partitions, also during its destruction; it must not block. A member that is rejected or disconnected owns
/// nothing, reports this once and tries again. The destructor leaves the group, so that the others take over
/// immediately; if brokers hang, this takes up to a few seconds.
Result<std::unique_ptr<Ownership>> join_group(const KafkaSettings& settings, std::function<void()> changed);

}  // namespace firstcome::journal
