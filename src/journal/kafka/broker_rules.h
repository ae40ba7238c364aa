#pragma once

#include <map>
#include <string>
#include <vector>

#include "journal/kafka/topic_rules.h"
#include "journal/kafka/topics.h"

namespace firstcome::journal::kafka {

/// The settings of brokers, by broker number, that make appends wait too long after a broker fails. One
/// finding for all brokers with the same value. No I/O.
std::vector<TopicFinding> judge_brokers(const std::map<std::int32_t, TopicConfig>& brokers);

}  // namespace firstcome::journal::kafka
