#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "node/clock.h"
#include "node/metrics_page.h"

namespace firstcome::node {
namespace {

using metrics::Exposition;
using metrics::kNanoseconds;
using metrics::kRecords;
using replica::DecidedLog;
using replica::Health;

/// The first open policies by id have their own series; the others share one.
constexpr std::size_t kPoliciesShown = 100;
constexpr std::size_t kPoliciesAtOnce = 1'000;

constexpr std::pair<Health, std::string_view> kHealths[] = {{Health::Replaying, "replaying"},
                                                            {Health::Serving, "serving"},
                                                            {Health::Halted, "halted"},
                                                            {Health::Stopped, "stopped"}};

double in_seconds(std::int64_t milliseconds) { return static_cast<double>(milliseconds) * 1e-3; }
double in_seconds(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) * 1e-9; }

struct Stock {
  std::int64_t issued = 0;
  std::int64_t left = 0;
};

/// All policies, in a limited number of series.
struct Stocks {
  std::vector<std::pair<PolicyId, Stock>> shown;
  Stock others;
  std::size_t other_policies = 0;
  std::array<std::size_t, static_cast<std::size_t>(kLastPolicyState) + 1> by_state{};  ///< by PolicyState

  void add(const Policy& policy) {
    ++by_state[static_cast<std::size_t>(policy.state)];
    if (policy.state == PolicyState::Closed) return;
    const Stock stock{policy.issued_count, policy.max_count - policy.active_count};
    if (shown.size() < kPoliciesShown) {
      shown.emplace_back(policy.id, stock);
      return;
    }
    ++other_policies;
    others.issued += stock.issued;
    others.left += stock.left;
  }
};

Stocks read_stocks(const replica::PolicySnapshots& snapshots) {
  Stocks stocks;
  stocks.by_state[static_cast<std::size_t>(PolicyState::Closed)] = snapshots.retired();
  for (PolicyId after{}; true;) {
    const auto page = snapshots.list(after, kPoliciesAtOnce);
    for (const auto& snapshot : page) stocks.add(snapshot->policy);
    if (page.size() < kPoliciesAtOnce) return stocks;
    after = page.back()->policy.id;
  }
}

}  // namespace

template <class Value>
void MetricsPage::by_partition(std::string_view name, std::string_view help, Value value,
                               Exposition& page) const {
  page.gauge(name, help);
  for (Partition partition = 0; partition < parts_.snapshots.partitions(); ++partition) {
    page.sample(static_cast<double>(value(static_cast<std::size_t>(partition))),
                {{"partition", std::to_string(partition)}});
  }
}

void MetricsPage::replica(const api::Figures& edge, Exposition& page) const {
  const auto status = [this](std::size_t partition) -> const replica::PartitionStatus& {
    return parts_.snapshots.partition(static_cast<Partition>(partition));
  };
  page.gauge("firstcome_partition_health", "1 for the present health of a partition on this node, else 0.");
  for (Partition partition = 0; partition < parts_.snapshots.partitions(); ++partition) {
    const Health now = status(static_cast<std::size_t>(partition)).health;
    for (const auto& [health, name] : kHealths) {
      page.sample(health == now ? 1 : 0, {{"partition", std::to_string(partition)}, {"health", name}});
    }
  }
  page.gauge("firstcome_ready",
             "1 while /readyz returns 200: some partition can be answered and the node is not stopping.");
  page.sample(edge.ready ? 1 : 0);
  by_partition(
      "firstcome_partition_answered",
      "1 while requests for the policies of a partition can be answered here.",
      [&](std::size_t i) { return edge.answered[i] ? 1 : 0; }, page);

  by_partition(
      "firstcome_replica_lag_records", "Records in the journal that this node has not decided yet.",
      [&](std::size_t i) {
        return std::max<Offset>(0, parts_.counters.watches[i]->end.value() - status(i).decided);
      },
      page);
  const auto now_ms = std::chrono::duration_cast<milliseconds>(now().steady.time_since_epoch()).count();
  by_partition(
      "firstcome_replica_staleness_seconds",
      "Time since this node last had decided the whole journal; early refusals are correct as of then.",
      [&](std::size_t i) {
        const std::int64_t fresh = status(i).fresh_as_of_ms;
        if (fresh == INT64_MIN) return std::numeric_limits<double>::infinity();
        return in_seconds(std::max<std::int64_t>(0, now_ms - fresh));
      },
      page);

  page.counter("firstcome_decided_records_total",
               "Records decided by this process, including replayed ones.");
  for (const CodeRow& code : kCodes) {
    if (code.code == Code::None) continue;
    std::uint64_t count = 0;
    for (const auto& one : parts_.replicas)
      count += one->decided()[static_cast<std::size_t>(code.code)].value();
    page.sample(static_cast<double>(count), {{"result", code.name}});
  }
  clock(page);
}

void MetricsPage::clock(Exposition& page) const {
  by_partition(
      "firstcome_journal_clock_timestamp_seconds",
      "The journal's clock: the time of the newest record decided, since 1970.",
      [&](std::size_t i) {
        return in_seconds(parts_.snapshots.partition(static_cast<Partition>(i)).clock_ms.load());
      },
      page);
  by_partition(
      "firstcome_journal_clock_behind_seconds",
      "How far the journal's clock was behind this machine's when the newest record was decided.",
      [&](std::size_t i) { return in_seconds(parts_.counters.partitions[i]->clock_behind_ms.value()); },
      page);
}

void MetricsPage::policies(Exposition& page) const {
  const Stocks stocks = read_stocks(parts_.snapshots);
  page.gauge("firstcome_policies", "Policies, by state.");
  const auto state = [&](PolicyState one, std::string_view name) {
    page.sample(static_cast<double>(stocks.by_state[static_cast<std::size_t>(one)]), {{"state", name}});
  };
  state(PolicyState::Active, "active");
  state(PolicyState::Paused, "paused");
  state(PolicyState::Closed, "closed");
  state(PolicyState::Importing, "importing");
  const auto family = [&](std::string_view name, std::string_view help, std::int64_t Stock::*figure) {
    page.gauge(name, help);
    for (const auto& [policy, stock] : stocks.shown) {
      page.sample(static_cast<double>(stock.*figure), {{"policy", std::to_string(policy.value)}});
    }
    if (stocks.other_policies == 0) return;
    page.sample(static_cast<double>(stocks.others.*figure), {{"policy", "other"}});
  };
  family("firstcome_policy_coupons_issued",
         "Coupons issued, of each of the first 100 policies that are not closed, and of all others.",
         &Stock::issued);
  family("firstcome_policy_coupons_left", "Coupons left, of the same policies.", &Stock::left);
  page.gauge("firstcome_policies_in_other", "Policies that share the series policy=\"other\".");
  page.sample(static_cast<double>(stocks.other_policies));
}

void MetricsPage::issuer(Exposition& page) const {
  std::vector<DecidedLog::Figures> logs;
  logs.reserve(parts_.logs.size());
  for (const auto& log : parts_.logs) logs.push_back(log->figures());
  by_partition(
      "firstcome_tail_records", "Decided records in memory: not saved, or saved only recently.",
      [&](std::size_t i) { return logs[i].end - logs[i].begin; }, page);
  by_partition(
      "firstcome_ring_records", "Outcomes of decided records in memory.",
      [&](std::size_t i) { return logs[i].ring; }, page);
  by_partition(
      "firstcome_save_lag_records", "Decided records that are not saved.",
      [&](std::size_t i) { return logs[i].end - logs[i].saved; }, page);
  const Instant asked = now().steady;
  by_partition(
      "firstcome_save_lag_seconds", "Waiting time of the oldest decided record that is not saved.",
      [&](std::size_t i) {
        return logs[i].oldest_unsaved ? in_seconds(asked - *logs[i].oldest_unsaved) : 0.0;
      },
      page);

  const auto& savers = parts_.counters.savers;
  by_partition(
      "firstcome_partition_owned", "1 while this node owns the partition.",
      [&](std::size_t i) { return savers[i]->owned.value(); }, page);
  page.gauge("firstcome_out_of_group",
             "1 while this issuer is not in the group that shares the partitions among issuers.");
  page.sample(parts_.joins_group && parts_.group.joined.value() == 0 ? 1 : 0);
  page.gauge("firstcome_group_foreign", "1 while a consumer that is no issuer is in that group.");
  page.sample(static_cast<double>(parts_.group.foreign.value()));
  page.counter("firstcome_group_rebalances_total", "Times that the group assigned partitions to this node.");
  page.sample(static_cast<double>(parts_.group.rebalances.value()));
  page.counter("firstcome_takeovers_total",
               "Times that this node took over saving of a partition from its owner.");
  page.sample(static_cast<double>(total(savers, &IssuerCounters::takeovers)));
  page.counter("firstcome_saves_total", "Saves of batches, by outcome.");
  for (std::size_t i = 0; i < store::kSaveOutcomes.size(); ++i) {
    std::uint64_t saves = 0;
    for (const auto& saver : savers) saves += saver->saves[i].value();
    page.sample(static_cast<double>(saves), {{"outcome", store::kSaveOutcomes[i]}});
  }
  page.histogram("firstcome_save_seconds", "Transactions that save a batch.");
  page.sample(total(savers, &IssuerCounters::save), kNanoseconds);
  page.histogram("firstcome_save_batch_records", "Records in a saved batch.");
  page.sample(total(savers, &IssuerCounters::batch_records), kRecords);
  page.counter("firstcome_relayed_records_total",
               "Records of other producers that were appended again: at home, or to the dead letters.");
  page.sample(static_cast<double>(total(savers, &IssuerCounters::relayed_home)), {{"to", "home"}});
  page.sample(static_cast<double>(total(savers, &IssuerCounters::relayed_dead)), {{"to", "dead_letters"}});
  page.counter("firstcome_relay_failures_total", "Times that not all records could be appended again.");
  page.sample(static_cast<double>(total(savers, &IssuerCounters::relay_failures)));
  page.counter("firstcome_reloads_total", "Times that a partition was loaded from the store again.");
  page.sample(static_cast<double>(total(savers, &IssuerCounters::reloads)));
  events(page);
}

void MetricsPage::events(Exposition& page) const {
  const EventCounters& events = parts_.counters.events;
  page.counter("firstcome_events_published_total",
               "Events that their topic has acknowledged; repeats count, too.");
  page.sample(static_cast<double>(events.published.value()));
  page.gauge("firstcome_events_unpublished",
             "Events of saved data that this node must publish and that are not known to be published.");
  const std::uint64_t saved = total(parts_.counters.savers, &IssuerCounters::coupons_saved);
  const std::int64_t since = static_cast<std::int64_t>(saved) - events.saved_by_then.value();
  page.sample(events.publishes
                  ? static_cast<double>(events.unpublished.value() + std::max<std::int64_t>(0, since))
                  : 0);
}

}  // namespace firstcome::node
