#include "issuer/policy_closer.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "domain/check.h"
#include "domain/coupon_life.h"
#include "domain/home.h"
#include "journal/record_json.h"

namespace firstcome::issuer {
namespace {

constexpr std::size_t kPoliciesAtOnce = 1'000;

/// The time that the journal and this machine agree has passed, so that one wrong clock closes nothing. The clock of a
/// partition without records does not move, so all of them count.
Timestamp passed(const replica::PolicySnapshots& snapshots, Timestamp now) {
  std::int64_t journal_ms = 0;
  for (Partition partition = 0; partition < snapshots.partitions(); ++partition) {
    journal_ms = std::max(journal_ms, snapshots.partition(partition).clock_ms.load());
  }
  return std::min(from_millis(journal_ms), now);
}

}  // namespace

PolicyCloser::PolicyCloser(const replica::PolicySnapshots& snapshots, journal::Appender& appender,
                           const journal::RecordMac& record_mac, std::function<bool(Partition)> is_mine,
                           milliseconds after)
    : snapshots_(snapshots),
      appender_(appender),
      record_mac_(record_mac),
      is_mine_(std::move(is_mine)),
      after_(after) {
  CHECK(after > milliseconds{0});
}

std::vector<PolicyId> PolicyCloser::close(Timestamp now) {
  const Timestamp until = passed(snapshots_, now);
  std::vector<PolicyId> closed;
  for (PolicyId after{}; true;) {
    const auto page = snapshots_.list(after, kPoliciesAtOnce);
    for (const auto& snapshot : page) {
      const Policy& policy = snapshot->policy;
      const Partition partition = home(policy.id, snapshots_.homes());
      if (!is_due(policy, until) || !is_mine_(partition)) continue;
      if (snapshots_.partition(partition).health != replica::Health::Serving) continue;
      if (closed.size() == kMostAtOnce || !append(policy, partition)) return closed;
      closed.push_back(policy.id);
    }
    if (page.size() < kPoliciesAtOnce) return closed;
    after = page.back()->policy.id;
  }
}

bool PolicyCloser::is_due(const Policy& policy, Timestamp now) const {
  if (policy.state == PolicyState::Closed) return false;
  const auto end = policy_expires_at(policy);
  return end && now - *end >= after_;
}

bool PolicyCloser::append(const Policy& policy, Partition partition) {
  PolicyCommand command;
  command.kind = PolicyCommand::Kind::Close;
  command.policy = policy.id;
  command.revision = policy.revision;
  command.who = "firstcome";
  const std::string key = std::to_string(policy.id.value);
  const std::string value = journal::encode(command);
  std::array headers{journal::Header{journal::kKindHeader, journal::kPolicyKind}, journal::Header{}};
  const std::string mac = record_mac_.compute(partition, key, value, {headers.data(), 1});
  headers[1] = {journal::kMacHeader, mac};
  return appender_.try_append({.partition = partition, .key = key, .value = value, .headers = headers});
}

}  // namespace firstcome::issuer
