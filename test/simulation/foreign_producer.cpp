#include <fmt/core.h>

#include <array>

#include "fault_injector.h"
#include "store/record_trust.h"

namespace firstcome::simulation {
namespace {

using journal::SimulatedRecord;

std::string request_value(Cluster& cluster, PolicyId policy) {
  std::string value =
      fmt::format(R"({{"userId": {}, "policyId": {})", cluster.between(1, cluster.plan.users), policy);
  if (cluster.chance(500)) value += ", \"requestedAt\": [2026,11,23,14,0,0,123000000]";
  if (cluster.chance(800)) value += fmt::format(R"(, "sequenceNumber": {})", cluster.between(0, 999));
  if (cluster.chance(300)) value += ", \"channel\": {\"app\": [1, 2.5, null, \"\\u00e9\"]}";
  return value + "}";
}

/// Invalid requests that another JSON parser might accept.
const std::array kGarbage{
    "",
    "{",
    "null",
    "[1,2]",
    "{\"userId\":0,\"policyId\":7}",
    "{\"userId\":-3,\"policyId\":7}",
    "{\"userId\":9223372036854775808,\"policyId\":7}",
    "{\"userId\":\"42\",\"policyId\":7}",
    "{\"userId\":42.0,\"policyId\":7}",
    "{\"userId\":42}",
    "{\"policyId\":7}",
    "{\"userId\":42,\"userId\":43,\"policyId\":7}",
    "{\"userId\":42,\"policyId\":7,\"sequenceNumber\":\"x\"}",
    "{\"userId\":42,\"policyId\":7} trailing",
    "{\"userId\":42,\"policyId\":7,\"name\":\"\xff\"}",
};

SimulatedRecord garbage(Cluster& cluster) {
  SimulatedRecord record;
  const auto roll = cluster.below(kGarbage.size() + 5);
  if (roll < kGarbage.size()) {
    record.value = kGarbage[roll];
    if (cluster.chance(300)) record.headers.emplace_back("trace", "abc");
    return record;
  }
  record.value = "{\"userId\":42,\"policyId\":7,\"command\":\"grant\"}";
  switch (roll - kGarbage.size()) {
    case 0: record.value.reset(); break;
    case 1:
      record.value = "{\"userId\":42,\"policyId\":7,\"pad\":\"" + std::string(17'000, 'x') + "\"}";
      break;
    case 2: record.headers.emplace_back("kind", "lottery"); break;
    case 3: record.headers.emplace_back("kind", "policy"); break;
    default: record.headers.emplace_back("origin", "one:two"); break;
  }
  return record;
}

SimulatedRecord command(Cluster& cluster, PolicyId policy) {
  static const std::vector<std::string> kCommands{
      "\"command\":\"pause\"", "\"command\":\"resume\"", "\"command\":\"change\",\"maxCount\":33",
      "\"command\":\"create\",\"name\":\"far away\",\"maxCount\":5"};
  const std::string revision =
      cluster.chance(100) ? "" : fmt::format(R"(,"revision":{})", cluster.between(0, 6));
  SimulatedRecord record;
  record.headers.emplace_back("kind", "policy");
  record.value = fmt::format(R"({{{},"policyId":{}{}}})", cluster.one_of(kCommands), policy, revision);
  return record;
}

/// Adds the MAC of a node, or of another partition, another era or another key, or none.
void add_mac(Cluster& cluster, Partition partition, SimulatedRecord& record) {
  store::Settings settings = cluster.settings;
  const auto roll = cluster.below(10);
  if (roll == 0) return;
  if (roll == 1) ++settings.era;
  if (roll == 2) settings.key = InstallationKey{};
  if (roll == 3) ++partition;
  std::vector<journal::Header> headers;
  for (const auto& [key, value] : record.headers) headers.push_back({key, value});
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  if (record.key) key = *record.key;
  if (record.value) value = *record.value;
  record.headers.emplace_back(journal::kMacHeader,
                              store::record_mac(settings).compute(partition, key, value, headers));
  cluster.saw(roll < 4 ? "forged" : "signed by an operator");
}

SimulatedRecord copy_of(const SimulatedRecord& record) {
  SimulatedRecord copy;
  copy.key = record.key;
  copy.value = record.value;
  copy.headers = record.headers;
  return copy;
}

Partition some_partition(Cluster& cluster) {
  return static_cast<Partition>(cluster.below(static_cast<std::uint64_t>(cluster.plan.partitions)));
}

/// An identical copy of a random record.
SimulatedRecord copy_of_another(Cluster& cluster) {
  const auto& records = cluster.journal.records(some_partition(cluster));
  return records.empty() ? SimulatedRecord{} : copy_of(records[cluster.below(records.size())]);
}

/// A request with the sequence number that a sender of a node uses next, for a user who sends no request: no
/// caller may get its result.
SimulatedRecord number_of_another(Cluster& cluster, PolicyId policy) {
  static const std::string kField = "\"sequenceNumber\":";
  SimulatedRecord record;
  record.value = request_value(cluster, policy);
  const auto& records = cluster.journal.records(some_partition(cluster));
  if (records.empty() || records.back().foreign) return record;
  const std::string& last = *records.back().value;
  const auto field = last.find(kField);
  if (field == std::string::npos) return record;
  const std::int64_t number = std::stoll(last.substr(field + kField.size())) + cluster.between(1, 3);
  record.value = fmt::format(R"({{"userId":{},"policyId":{},{}{}}})",
                             cluster.plan.users + cluster.between(1, 9), policy, kField, number);
  return record;
}

}  // namespace

void append_foreign_record(Cluster& cluster) { append_foreign_record_to(cluster, some_partition(cluster)); }

void append_foreign_record_to(Cluster& cluster, Partition partition) {
  const PolicyId policy = cluster.one_of(cluster.plan.policies);
  SimulatedRecord record;
  record.key = std::to_string(cluster.below(100));
  const auto roll = cluster.below(100);
  if (roll < 40) {
    record.value = request_value(cluster, policy);
  } else if (roll < 55) {
    record = garbage(cluster);
  } else if (roll < 63) {
    record = command(cluster, policy);
    record.key = std::to_string(cluster.below(100));
    add_mac(cluster, partition, record);
  } else if (roll < 73) {
    record = copy_of_another(cluster);
  } else if (roll < 84) {
    record = number_of_another(cluster, policy);
  } else if (roll < 88) {
    record.headers.emplace_back("kind", "rules");
    record.value = cluster.chance(300) ? "{\"version\":2147483647}" : "{\"version\":1}";
    if (record.value == "{\"version\":1}") add_mac(cluster, partition, record);
  } else if (roll < 92) {
    record.value = request_value(cluster, policy);
    record.headers.emplace_back(
        "origin", cluster.chance(300) ? "0:9000000000000000000" : fmt::format("77:{}", cluster.below(20)));
    if (record.headers.back().second != "0:9000000000000000000") add_mac(cluster, partition, record);
  } else {
    cluster.journal.add_hole(partition);
    return;
  }
  const Offset offset = cluster.journal.append_foreign(partition, std::move(record));
  cluster.note("foreign", {partition, offset});
  cluster.saw("foreign record");
}

void copy_newest_record(Cluster& cluster) {
  const auto& records = cluster.journal.records(some_partition(cluster));
  if (records.empty() || records.back().foreign || !cluster.chance(100)) return;
  if (cluster.timeline.now() - records.back().visible_at > milliseconds{15}) return;
  const Partition to = some_partition(cluster);
  const Offset offset = cluster.journal.append_foreign(to, copy_of(records.back()));
  cluster.note("copy", {to, offset});
  cluster.saw("newest record copied");
}

}  // namespace firstcome::simulation
