#include "journal/kafka/topic_rules.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <functional>

namespace firstcome::journal::kafka {
namespace {

constexpr std::int64_t kMebibyte = 1024L * 1024;
constexpr std::int64_t kDay = 24L * 60 * 60 * 1000;
constexpr std::int64_t kNoLimit = -1;

/// kNoLimit if the text is not a number.
std::int64_t number(const std::string& text) {
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size() ? value : kNoLimit;
}

struct Rule {
  std::string setting;
  std::function<bool(const std::string&)> holds;
  std::string should_be;  ///< a correct value
  std::string why;
  bool breaks_a_promise;
};

std::function<bool(const std::string&)> is(std::string value) {
  return [value = std::move(value)](const std::string& found) { return found == value; };
}
std::function<bool(const std::string&)> at_least(std::int64_t least) {
  return [least](const std::string& found) { return number(found) >= least; };
}
std::function<bool(const std::string&)> at_least_or_unlimited(std::int64_t least) {
  return [least](const std::string& found) { return number(found) == kNoLimit || number(found) >= least; };
}

std::string limit_of(TopicRole role) {
  return fmt::format("{}", role == TopicRole::DeadLetters ? 2 * kMebibyte : kMebibyte);
}

std::string enough_in_sync(std::int32_t replication) { return replication >= 3 ? "2" : "1"; }

/// The retention of events only concerns the shop and its consumers, because the store has all coupons.
std::vector<Rule> event_rules(std::int32_t replication) {
  return {
      {"min.insync.replicas", at_least(number(enough_in_sync(replication))), enough_in_sync(replication),
       "an event that counts as published is lost with the only broker that has it", true},
      {"unclean.leader.election.enable", is("false"), "false",
       "a broker that lacks published events could become the leader", true},
      {"cleanup.policy", is("delete"), "delete",
       "compaction would leave only one event of each policy, because the policy id is the key", true},
      {"max.message.bytes", at_least(kMebibyte), fmt::format("{}", kMebibyte),
       "it limits a whole batch: with a lower limit, batches are rejected under load", true},
      {"retention.bytes", is("-1"), "-1", "a burst could remove events before consumers have read them",
       false},
      {"retention.ms", at_least_or_unlimited(kDay), fmt::format("{}", 30 * kDay),
       "a consumer that is away for a longer time misses events", false},
  };
}

std::vector<Rule> rules(TopicRole role, std::int32_t replication) {
  if (role == TopicRole::Events) return event_rules(replication);
  std::vector<Rule> rules = {
      {"min.insync.replicas", at_least(number(enough_in_sync(replication))), enough_in_sync(replication),
       "an acknowledged record is lost with the only broker that has it", true},
      {"unclean.leader.election.enable", is("false"), "false",
       "a broker that lacks acknowledged records could become the leader", true},
      {"cleanup.policy", is("delete"), "delete", "compaction removes requests of which no newer copy exists",
       true},
      {"max.message.bytes", at_least(number(limit_of(role))), limit_of(role),
       "it limits a whole batch: with a lower limit, batches are rejected under load", true},
      {"retention.bytes", is("-1"), "-1", "a burst could remove records before they are saved", true},
      {"retention.ms", at_least_or_unlimited(kDay), fmt::format("{}", 30 * kDay),
       "records that are removed before they are saved are lost; audit can only read records of this time",
       true},
  };
  if (role == TopicRole::Requests) {
    rules.push_back({"message.timestamp.type", is("LogAppendTime"), "LogAppendTime",
                     "the decider's clock would stop", true});
  }
  return rules;
}

/// Redpanda ignores these settings and does not list them: it acknowledges a record (acks=all) when a majority
/// of the copies has it, and a copy without such a record never becomes the leader.
bool is_implied_by_redpanda(const std::string& setting) {
  return setting == "min.insync.replicas" || setting == "unclean.leader.election.enable";
}

/// Redpanda lists its own settings of a topic, too.
bool is_of_redpanda(const TopicConfig& config) {
  return std::ranges::any_of(config, [](const auto& one) { return one.first.starts_with("redpanda."); });
}

}  // namespace

TopicConfig config_for(TopicRole role, std::int32_t replication) {
  TopicConfig config;
  for (const Rule& rule : rules(role, replication)) config[rule.setting] = rule.should_be;
  return config;
}

std::vector<TopicFinding> judge(TopicRole role, const std::string& topic, const std::string& servers,
                                const TopicMetadata& metadata, const TopicConfig& config) {
  std::vector<TopicFinding> findings;
  const bool redpanda = is_of_redpanda(config);
  for (const Rule& rule : rules(role, metadata.replication)) {
    if (redpanda && is_implied_by_redpanda(rule.setting)) continue;
    const auto found = config.find(rule.setting);
    const std::string is = found == config.end() ? "unknown" : found->second;
    if (found != config.end() && rule.holds(is)) continue;
    findings.push_back({rule.breaks_a_promise, topic, rule.setting, is, rule.should_be, rule.why,
                        fmt::format("kafka-configs.sh --bootstrap-server {} --alter --entity-type topics "
                                    "--entity-name {} --add-config {}={}",
                                    servers, topic, rule.setting, rule.should_be)});
  }
  if (metadata.replication < 3) {
    findings.push_back(
        {false, topic, "replication", fmt::format("{}", metadata.replication), "3",
         "with fewer than three copies, acknowledged records can be lost with a broker, or appends stop "
         "while a broker is away",
         "kafka-reassign-partitions.sh with a plan that gives every partition three brokers"});
  }
  return findings;
}

}  // namespace firstcome::journal::kafka
