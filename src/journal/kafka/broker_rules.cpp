#include "journal/kafka/broker_rules.h"

#include <charconv>
#include <cstdint>
#include <limits>

namespace firstcome::journal::kafka {
namespace {

struct BrokerRule {
  std::string setting;
  std::int64_t most_ms;
  std::string why;
};

/// Every append waits for all copies that are in sync, so for a dead broker's, too, until the cluster counts
/// it out.
const std::vector<BrokerRule>& broker_rules() {
  static const std::vector<BrokerRule> kRules = {
      {"broker.session.timeout.ms", 1'500,
       "for so long appends to every partition wait when a broker dies, and those to the ones it led for "
       "another leader"},
      {"controller.quorum.fetch.timeout.ms", 800,
       "when the broker that dies leads the controllers, the others notice after so long, and only then is "
       "it counted "
       "out"},
      {"replica.lag.time.max.ms", 5'000,
       "for so long appends wait for a broker that is alive and no longer copies records"},
  };
  return kRules;
}

bool is_at_most(const std::string& text, std::int64_t most) {
  std::int64_t value = std::numeric_limits<std::int64_t>::max();
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value <= most;
}

}  // namespace

std::vector<TopicFinding> judge_brokers(const std::map<std::int32_t, TopicConfig>& brokers) {
  std::vector<TopicFinding> findings;
  for (const BrokerRule& rule : broker_rules()) {
    std::map<std::string, std::string> numbers_by_value;
    for (const auto& [number, config] : brokers) {
      const auto found = config.find(rule.setting);
      if (found == config.end() || is_at_most(found->second, rule.most_ms)) continue;
      std::string& numbers = numbers_by_value[found->second];
      numbers += (numbers.empty() ? "" : ", ") + std::to_string(number);
    }
    for (const auto& [value, numbers] : numbers_by_value) {
      findings.push_back(
          {.breaks_a_promise = false,
           .setting = rule.setting,
           .is = value,
           .should_be = std::to_string(rule.most_ms) + " at most",
           .why = rule.why,
           .mend = "set " + rule.setting + '=' + std::to_string(rule.most_ms) +
                   " in server.properties of every broker and controller, and restart one after the other",
           .brokers = numbers});
    }
  }
  return findings;
}

}  // namespace firstcome::journal::kafka
