#include "node/node.h"

#include <algorithm>

#include "log/log.h"
#include "node/clock.h"
#include "node/clock_guard.h"
#include "replica/snapshot_loader.h"
#include "store/record_trust.h"

namespace firstcome::node {
namespace {

/// How soon it is told that a journal has got more partitions.
constexpr milliseconds kLookForPartitionsEvery{10'000};
constexpr milliseconds kSayWhatReplays{3'000};
/// How long a stop waits for events, which nobody loses when it does not.
constexpr milliseconds kLastEvents{3'000};

milliseconds until(Instant deadline) {
  return std::max(milliseconds{0}, std::chrono::duration_cast<milliseconds>(deadline - now().steady));
}

}  // namespace

Result<std::unique_ptr<Node>> Node::open(const NodeSettings& settings) {
  auto data = open_data(settings.place, settings.plan);
  if (!data.ok()) return data.error();
  std::unique_ptr<Node> node(new Node(settings, std::move(*data)));
  if (Status built = node->build_validators(); !built.ok()) return built.error();
  node->build_server();
  node->build_threads();
  if (Status bound = node->server_->listen(); !bound.ok()) return bound.error();
  return node;
}

/// The wiring: journal → replicas, which decide and answer → server; replicas' logs → issuer → store.
Node::Node(NodeSettings settings, Data data)
    : settings_(std::move(settings)),
      data_(std::move(data)),
      snapshots_(data_.journal->partitions(), data_.settings.partitions),
      counters_(static_cast<std::size_t>(data_.journal->partitions())) {
  build_replicas();
  if (data_.guard_clock) {
    data_.guard_clock(
        [this](Timestamp last, Timestamp now) { return why_not_append(snapshots_, last, now); });
  }
}

/// Without stop(): at once.
Node::~Node() {
  if (data_.guard_clock) data_.guard_clock({});
  if (!server_) return;  // it never opened
  end_threads();
  server_->drain(milliseconds{0});  // its workers ask the watches
}

/// From here on nothing is waited for that may be away: the database, a partition that is loaded again.
void Node::end_threads() {
  data_.store->interrupt();
  for (const auto& partition : partitions_) partition->give_up();
  for (const auto& issuer : issuers_) issuer->end();
  if (events_) events_->end();
  ownership_.reset();  // nobody asks it any more; others take over at once
  events_.reset();     // nobody nudges it any more
  growth_->stop();
  watch_->stop();
  for (const auto& partition : partitions_) partition->stop();
}

void Node::build_replicas() {
  for (Partition partition = 0; partition < snapshots_.partitions(); ++partition) {
    logs_.push_back(std::make_unique<replica::DecidedLog>(partition, settings_.ring_codes));
    replicas_.push_back(
        std::make_unique<replica::Replica>(partition, snapshots_.homes(), snapshots_, *logs_.back(), routes_,
                                           store::record_trust(data_.settings), settings_.replica));
  }
}

Status Node::build_validators() {
  if (!settings_.validation || settings_.plan.role == Role::Issuer) return Done{};
  const std::string& store = std::get<Servers>(settings_.place).store;
  auto made = admission::make_database_validators(
      store, *settings_.validation, [](const Error& error) { log::warn("validating: " + error.message); });
  if (!made.ok()) return made.error();
  validators_ = std::move(*made);
  return Done{};
}

/// Enters the workers into the routes, which from then on are only read.
void Node::build_server() {
  std::vector<replica::DecidedLog*> logs;
  for (const auto& log : logs_) logs.push_back(log.get());
  const bool joins_group =
      std::holds_alternative<Servers>(settings_.place) && settings_.plan.role != Role::Edge;
  metrics_ = std::make_unique<MetricsPage>(MetricsPage::Parts{.edge = [this] { return server_->figures(); },
                                                              .journal = *data_.journal_counters,
                                                              .group = *data_.group_counters,
                                                              .joins_group = joins_group,
                                                              .snapshots = snapshots_,
                                                              .replicas = replicas_,
                                                              .logs = logs_,
                                                              .counters = counters_});
  server_ = std::make_unique<api::Server>(
      settings_.server, api::ServerParts{snapshots_, std::move(logs), *data_.journal, *data_.store,
                                         data_.settings, routes_, [this] { return metrics_->write(); },
                                         validators_.get(), [this](Partition) { watch_->ask_soon(); }});
}

void Node::build_threads() {
  const auto progress = [this] {
    const std::lock_guard lock(mutex_);
    progress_.notify_all();
  };
  watch_ = std::make_unique<WatchThread>(*data_.journal);
  for (const auto& replica : replicas_) {
    const Partition partition = replica->partition();
    const std::size_t index = partitions_.size();
    const PartitionThread::Callbacks callbacks = {
        .decided = [this, partition] { issuers_[issuer_of(partition)]->nudge(); }, .progress = progress};
    partitions_.push_back(std::make_unique<PartitionThread>(*replica, snapshots_.partition(partition),
                                                            *data_.journal, *data_.store,
                                                            *counters_.partitions[index], callbacks));
    watch_->add({partition, snapshots_.partition(partition), partitions_.back()->driver(),
                 *counters_.watches[index]});
  }
  growth_ = std::make_unique<GrowthWatch>(*data_.journal, counters_.growth, kLookForPartitionsEvery);
}

Status Node::start() {
  if (Status started = server_->start(); !started.ok()) return started;
  if (Status loaded = load_replicas(); !loaded.ok()) return loaded;
  if (Status owning = own(); !owning.ok()) return owning;
  if (Status built = build_issuers(); !built.ok()) return built;
  for (const auto& partition : partitions_) partition->start();
  watch_->start();
  growth_->start();
  for (const auto& issuer : issuers_) issuer->start();
  if (events_) events_->start();
  return Done{};
}

Status Node::load_replicas() {
  settings_.plan.waits_for("the store, to load what is saved");
  std::vector<replica::Replica*> all;
  for (const auto& replica : replicas_) all.push_back(replica.get());
  return replica::load_snapshot(*data_.store, all);
}

Status Node::own() {
  settings_.plan.waits_for("the group of issuers, to join it");
  auto ownership = data_.own([this] {
    if (!issuers_built_) return;
    for (const auto& issuer : issuers_) issuer->nudge();
    nudge_events();
  });
  if (!ownership.ok()) return ownership.error();
  ownership_ = std::move(*ownership);
  return Done{};
}

Status Node::build_issuers() {
  settings_.plan.waits_for("the store, to save into it");
  if (!data_.one_writer) positions_ = std::make_unique<PositionSource>(*data_.store, partitions_.size());
  const std::size_t threads = data_.one_writer ? 1 : partitions_.size();
  for (std::size_t i = 0; i < threads; ++i) {
    ASSIGN_OR_RETURN(auto writer, data_.store->make_writer());
    issuers_.push_back(std::make_unique<IssuerThread>(std::move(writer)));
  }
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    const auto partition = static_cast<Partition>(i);
    issuer::IssuerDriver::Parts parts{.partition = partition,
                                      .log = *logs_[i],
                                      .status = snapshots_.partition(partition),
                                      .replica = partitions_[i]->driver(),
                                      .journal = *data_.journal,
                                      .ownership = *ownership_,
                                      .seal = store::record_seal(data_.settings),
                                      .source = data_.relay_source,
                                      .counters = *counters_.savers[i],
                                      .prunes = !data_.one_writer};
    if (positions_) parts.read_position = [this](Partition p) { return positions_->read(p); };
    savers_.push_back(
        &issuers_[issuer_of(partition)]->add(parts, settings_.issuer, [this] { nudge_events(); }));
  }
  build_events();
  issuers_built_ = true;
  return Done{};
}

/// Who saves a policy tells of its coupons.
void Node::build_events() {
  if (!data_.events) return;
  const auto is_mine = [this](Partition partition) {
    return savers_[static_cast<std::size_t>(partition)]->saves();
  };
  const auto coupons_saved = [this] { return total(counters_.savers, &IssuerCounters::coupons_saved); };
  events_ = std::make_unique<EventThread>(std::move(*data_.events), data_.settings, is_mine, coupons_saved,
                                          counters_.events);
}

void Node::nudge_events() {
  if (events_) events_->nudge();
}

std::size_t Node::issuer_of(Partition partition) const {
  return data_.one_writer ? 0 : static_cast<std::size_t>(partition);
}

/// All at once: each is told to hurry before any is waited for.
bool Node::finish_issuers(Instant deadline) {
  for (const auto& issuer : issuers_) issuer->hurry();
  bool all = true;
  for (const auto& issuer : issuers_) all = issuer->finish(until(deadline)) && all;
  return all;
}

void Node::finish_events(Instant deadline) {
  if (events_) events_->finish(std::min(kLastEvents, until(deadline)));
}

std::string Node::what_replays() const {
  std::string what = "not ready yet; reading the journal:";
  for (Partition p = 0; p < snapshots_.partitions(); ++p) {
    if (snapshots_.partition(p).health != replica::Health::Replaying) continue;
    what += " partition " + std::to_string(p) + " is at offset " +
            std::to_string(snapshots_.partition(p).decided);
    const auto end = static_cast<Offset>(counters_.watches[static_cast<std::size_t>(p)]->end.value());
    if (end > 0) what += " of " + std::to_string(end);
    what += ';';
  }
  what.pop_back();
  return what;
}

Status Node::wait_until_ready() {
  std::unique_lock lock(mutex_);
  const auto count = [this](replica::Health health) {
    Partition found = 0;
    for (Partition p = 0; p < snapshots_.partitions(); ++p)
      found += snapshots_.partition(p).health == health ? 1 : 0;
    return found;
  };
  const auto done = [&] { return stopping_ || count(replica::Health::Replaying) == 0; };
  while (!progress_.wait_for(lock, kSayWhatReplays, done)) log::info(what_replays());
  if (stopping_) return Error{Error::Kind::Permanent, "stopped before it was ready"};
  // A halt that this node has just written shows as Halted, and is as little to be waited for.
  for (Partition p = 0; p < snapshots_.partitions(); ++p) {
    const replica::PartitionStatus& status = snapshots_.partition(p);
    if (status.health != replica::Health::Stopped && status.contradiction().empty()) return Done{};
  }
  return Error{Error::Kind::Permanent, snapshots_.partition(0).reason()};
}

bool Node::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    progress_.notify_all();
  }
  const Instant deadline = now().steady + settings_.stop_within;
  const bool answered = server_->drain(until(deadline));
  if (!answered) log::warn("some requests were still waiting for their answer at the end of stop-within");
  const bool saved = finish_issuers(deadline);
  if (!saved)
    log::warn("not all that was decided is saved yet; the next start decides it again from the journal");
  finish_events(deadline);
  end_threads();
  return answered && saved;
}

}  // namespace firstcome::node
