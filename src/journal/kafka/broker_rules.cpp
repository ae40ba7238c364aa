#include "journal/kafka/broker_rules.h"

#include <fmt/core.h>

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

/// Every append waits for all in-sync copies, so it waits for a failed broker until the cluster marks it as
/// failed.
const std::vector<BrokerRule>& broker_rules() {
  static const std::vector<BrokerRule> kRules = {
      {"broker.session.timeout.ms", 1'500,
       "after a broker fails, appends wait for this time, and its partitions wait for another leader"},
      {"controller.quorum.fetch.timeout.ms", 800,
       "after the broker that leads the controllers fails, the others detect it after this time, and only "
       "then mark it as failed"},
      {"replica.lag.time.max.ms", 5'000,
       "appends wait for this time for a broker that runs but does not copy records"},
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
      numbers += fmt::format("{}{}", numbers.empty() ? "" : ", ", number);
    }
    for (const auto& [value, numbers] : numbers_by_value) {
      findings.push_back(
          {.breaks_a_promise = false,
           .setting = rule.setting,
           .is = value,
           .should_be = fmt::format("{} at most", rule.most_ms),
           .why = rule.why,
           .fix = fmt::format(
               "set {}={} in server.properties of every broker and controller, and restart them one "
               "after the other",
               rule.setting, rule.most_ms),
           .brokers = numbers});
    }
  }
  return findings;
}

}  // namespace firstcome::journal::kafka
