#pragma once

#include <functional>
#include <memory>

#include "journal/kafka/kafka_settings.h"
#include "journal/ownership.h"

namespace firstcome::journal {

/// Joins the consumer group in which the issuers share the partitions of a journal. Kafka decides who has
/// which; what was saved is committed as the group's offsets about once a second, so that Kafka's own tools
/// show members and lag. No record is read.
///
/// Returns at once, owning nothing yet. `changed` is called on a thread of the member's whenever what it owns
/// has changed, also while it is being destroyed; must not block. Who is refused or cut off owns nothing,
/// tells the settings' report once, and goes on trying. Destroying it leaves the group, so that the others
/// take over at once; with brokers that hang that may take a few seconds.
Result<std::unique_ptr<Ownership>> join_group(const KafkaSettings& settings, std::function<void()> changed);

}  // namespace firstcome::journal
