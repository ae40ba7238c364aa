#pragma once

#include <map>
#include <string>
#include <vector>

#include "journal/kafka/topic_rules.h"
#include "journal/kafka/topics.h"

namespace firstcome::journal::kafka {

/// What is worth changing in the settings of the brokers, by broker: what bounds the time for which appends
/// wait when a broker dies. A setting that several brokers share is one finding. No I/O.
std::vector<TopicFinding> judge_brokers(const std::map<std::int32_t, TopicConfig>& brokers);

}  // namespace firstcome::journal::kafka
