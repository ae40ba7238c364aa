#pragma once

#include <map>
#include <string>
#include <vector>

#include "journal/kafka/topic_metadata.h"
#include "journal/kafka/topics.h"

namespace firstcome::journal::kafka {

enum class TopicRole : std::uint8_t { Requests, DeadLetters, Events };

/// A topic's settings by name, as `kafka-configs` shows them.
using TopicConfig = std::map<std::string, std::string>;

/// The settings of a new topic.
TopicConfig config_for(TopicRole role, std::int32_t replication);

/// The wrong settings of an existing topic. No I/O.
std::vector<TopicFinding> judge(TopicRole role, const std::string& topic, const std::string& servers,
                                const TopicMetadata& metadata, const TopicConfig& config);

}  // namespace firstcome::journal::kafka
