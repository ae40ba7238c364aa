#include "simulated_partition.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "simulated_node.h"
#include "store/record_trust.h"

namespace firstcome::simulation {

namespace {

issuer::Issuer::Settings settings_for(SimulatedNode& node) {
  issuer::Issuer::Settings settings = node.cluster().plan.issuer;
  settings.saves = node.number() < node.cluster().plan.issuers;
  return settings;
}

/// The time until then, at least a millisecond.
milliseconds until(Instant then, Now now) {
  const auto wait = std::chrono::duration_cast<milliseconds>(then - now.steady);
  return std::clamp(wait, milliseconds{1}, milliseconds{1'000});
}

}  // namespace

SimulatedPartition::SimulatedPartition(SimulatedNode& node, Partition partition)
    : node_(node),
      partition_(partition),
      journal_(node.cluster(), node.number(), partition),
      writer_(std::move(*node.cluster().store.make_writer())),
      log_(partition, node.cluster().plan.ring_size),
      replica_(partition, node.cluster().plan.partitions, node.snapshots(), log_, node.routes(),
               store::record_trust(node.cluster().settings), node.cluster().plan.replica),
      driver_(replica_, node.snapshots().partition(partition), journal_, node.cluster().store,
              replica_counters_, *this),
      issuer_(std::make_shared<issuer::IssuerDriver>(
          issuer::IssuerDriver::Parts{.partition = partition,
                                      .log = log_,
                                      .status = node.snapshots().partition(partition),
                                      .replica = driver_,
                                      .journal = journal_,
                                      .ownership = ownership_,
                                      .record_mac = store::record_mac(node.cluster().settings),
                                      .counters = *issuer_counters_,
                                      .relay_patience = milliseconds{1'500}},
          settings_for(node), *this, [&cluster = node.cluster(), number = node.number(), partition] {
            if (cluster.node(number).alive()) cluster.node(number).partition(partition).wake_issuer();
          })) {}

void SimulatedPartition::start() {
  generation_ = node_.cluster().journal.generation();
  set_owner(node_.cluster().owner(partition_) == node_.number());
  node_.later(node_.cluster().delay(node_.cluster().plan.thread_most), [this] { step_replica(); });
  step_issuer();
  ask_end();
}

// --- following ------------------------------------------------------------------------------------------

/// The production thread continues immediately after a step without a pause; here other threads run in
/// between.
void SimulatedPartition::step_replica() {
  Cluster& cluster = node_.cluster();
  Instant next{};
  if (cluster.timeline.now() >= stalled_until_) {
    for (auto steps = cluster.resting() ? 3 : 1 + cluster.below(3); steps > 0 && next == Instant{}; --steps) {
      has_log_ = node_.snapshots().partition(partition_).marks().newest.has_value();
      next = driver_.step(node_.now());
    }
    if (!replica_.wants_records()) cluster.saw("reading stopped");
  }
  const milliseconds pace =
      cluster.resting() ? milliseconds{5} : milliseconds{1} + cluster.delay(cluster.plan.thread_most);
  node_.later(std::max(pace, until(next, node_.now())), [this] { step_replica(); });
}

void SimulatedPartition::decided() {
  Cluster& cluster = node_.cluster();
  if (!std::exchange(has_log_, true)) generation_ = journal_.read_generation();
  if (generation_ != journal_.read_generation()) cluster.complain("a record of another log was decided");
  cluster.note("decided",
               {node_.number(), partition_, log_.end(), static_cast<std::int64_t>(replica_.state_hash())});
  for (std::size_t i = 0; i < node_.edges(); ++i) node_.edge(i).wake();
  step_issuer();
}

void SimulatedPartition::progress() {
  const replica::PartitionStatus& status = node_.snapshots().partition(partition_);
  if (status.health == replica::Health::Stopped) node_.cluster().complain("stopped: " + status.reason());
}

void SimulatedPartition::following() {
  node_.cluster().note("loaded", {node_.number(), partition_, replica_.position()});
  following_ = true;
  loaded_from_ = log_.begin();
  wake_issuer();
}

void SimulatedPartition::ask_end() {
  Cluster& cluster = node_.cluster();
  const Instant asked_at = node_.now().steady;
  node_.later(cluster.delay(cluster.plan.thread_most), [this, asked_at] {
    const auto end = journal_.seen_end();
    const milliseconds stalled =
        std::max(ends_stalled_until_ - node_.cluster().timeline.now(), milliseconds{0});
    node_.later(stalled + node_.cluster().delay(node_.cluster().plan.thread_most), [this, asked_at, end] {
      if (end.ok()) driver_.on_end(asked_at, *end);
      node_.later(milliseconds{250}, [this] { ask_end(); });
    });
  });
}

void SimulatedPartition::stall(Timestamp until, bool ends_too) {
  stalled_until_ = until;
  if (ends_too) ends_stalled_until_ = until;
}

std::string SimulatedPartition::unrest() const {
  if (node_.snapshots().partition(partition_).out_of_service()) return {};  // progress() reports it
  const auto& records = node_.cluster().journal.records(partition_);
  const Offset end = records.empty() ? 0 : records.back().offset + 1;
  const Offset saved = node_.cluster().store.tables().positions.at(partition_).next_offset;
  if (!following_ || driver_.reloading()) return "not loaded";
  if (!replica_.caught_up()) return "not caught up";
  if (log_.end() != end) return fmt::format("decided {} of {}", log_.end(), end);
  if (saved != end) return fmt::format("saved {} of {}", saved, end);
  return {};
}

// --- saving ---------------------------------------------------------------------------------------------

void SimulatedPartition::wake_issuer() {
  node_.later(node_.cluster().delay(milliseconds{2}), [this] { step_issuer(); });
}

void SimulatedPartition::step_issuer() {
  if (calling_) return;
  Cluster& cluster = node_.cluster();
  const issuer::IssuerCounters& counters = *issuer_counters_;
  const auto relayed = [&] { return counters.relayed_home.value() + counters.relayed_dead.value(); };
  const std::uint64_t relayed_before = relayed();
  const std::uint64_t failures_before = counters.relay_failures.value();
  const Instant next = issuer_->next(node_.now());
  cluster.saw("relayed", static_cast<std::int64_t>(relayed() - relayed_before));
  cluster.saw("relay failed", static_cast<std::int64_t>(counters.relay_failures.value() - failures_before));
  if (issuer_->has_call()) return call();
  node_.later(until(next, node_.now()), [this, look = ++looks_] {
    if (look == looks_) step_issuer();
  });
}

/// A sent transaction is executed also if its node crashes; only the report needs a running node.
void SimulatedPartition::call() {
  Cluster& cluster = node_.cluster();
  calling_ = true;
  const milliseconds there = cluster.delay(cluster.plan.store_most);
  const bool writes = std::holds_alternative<issuer::Issuer::Save>(issuer_->action()) ||
                      std::holds_alternative<issuer::Issuer::Halt>(issuer_->action());
  auto carry_out = [&cluster, issuer = issuer_, writer = writer_, counters = issuer_counters_,
                    number = node_.number(), partition = partition_] {
    issuer->carry_out(*writer);
    cluster.note_commits();
    cluster.note("call", {number, partition, static_cast<std::int64_t>(issuer->action().index()),
                          cluster.store.tables().positions.at(partition).next_offset});
  };
  if (writes) {
    cluster.timeline.after(there, std::move(carry_out));
  } else {
    node_.later(there, std::move(carry_out));
  }
  node_.later(there + milliseconds{1} + cluster.delay(cluster.plan.store_most), [this] { report(); });
}

void SimulatedPartition::report() {
  const auto saves = [this] {
    return issuer_counters_->saves[static_cast<std::size_t>(store::SaveOutcome::Saved)].value();
  };
  const std::uint64_t before = saves();
  issuer_->report(node_.now());
  if (saves() > before && node_.cluster().owner(partition_) != node_.number())
    node_.cluster().saw("takeover");
  calling_ = false;
  wake_issuer();
}

void SimulatedPartition::ended(const char* what, const Error* error) {
  if (what != std::string_view("comparing the journal")) return;
  node_.cluster().saw("log checked");
  if (error != nullptr && !error->is_retryable()) node_.cluster().complain("check log: " + error->message);
}

void SimulatedPartition::halting(const std::string& reason) {
  node_.cluster().complain(fmt::format("halt of partition {}: {}", partition_, reason));
}

void SimulatedPartition::reloading(const std::string&) {
  node_.cluster().note("reload", {node_.number(), partition_});
  node_.cluster().saw("reload");
  check_reload_is_needed();
  generation_ = node_.cluster().journal.generation();
}

/// A node keeps decisions that it has not seen as saved, and saved ones for the time in which the store may
/// lose them. So it must load again only if the store has lost older commits.
void SimulatedPartition::check_reload_is_needed() {
  Cluster& cluster = node_.cluster();
  CHECK(issuer_->position());
  const Offset position = issuer_->position()->next_offset;
  if (position < loaded_from_) return;  // this node never had the missing decisions
  const auto saved_at = cluster.first_saved_past(partition_, position);
  const milliseconds slow_read = 10 * cluster.plan.store_most;  // it may return a commit that is lost by now
  if (!saved_at || cluster.store_crashed_at - *saved_at + slow_read < cluster.plan.issuer.keep) {
    cluster.complain("a node dropped decisions that were not saved, or saved only a moment ago");
  }
}

}  // namespace firstcome::simulation
