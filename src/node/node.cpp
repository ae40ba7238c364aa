#include "node/node.h"

#include <fmt/core.h>

#include <algorithm>

#include "log/log.h"
#include "node/clock.h"
#include "node/clock_guard.h"
#include "replica/snapshot_loader.h"
#include "store/record_trust.h"

namespace firstcome::node {
namespace {

/// Between two checks whether the journal has more partitions.
constexpr milliseconds kCheckPartitionsEvery{10'000};
constexpr milliseconds kLogReplayEvery{3'000};
/// How long a stop waits for events. None is lost: the next node that saves publishes the rest.
constexpr milliseconds kLastEvents{3'000};

void log_refused_credential(const net::PeerAddress& client, access::Denial denial) {
  log::warn(fmt::format("refused a credential from {}: {}", client.text(), access::explain(denial)),
            {{"operation", std::string("credential")}, {"reason", std::string(access::name_of(denial))}});
}

milliseconds until(Instant deadline) {
  return std::max(milliseconds{0}, std::chrono::duration_cast<milliseconds>(deadline - now().steady));
}

}  // namespace

Result<std::unique_ptr<Node>> Node::open(const NodeSettings& settings) {
  ASSIGN_OR_RETURN(auto data, open_data(settings.location, settings.plan));
  std::unique_ptr<Node> node(new Node(settings, std::move(data)));
  RETURN_IF_ERROR(node->build_validators());
  node->build_server();
  node->build_threads();
  RETURN_IF_ERROR(node->server_->listen());
  return node;
}

/// The wiring: journal → replicas, which decide and answer → server; replicas' logs → issuer → store.
Node::Node(NodeSettings settings, Data data)
    : settings_(std::move(settings)),
      data_(std::move(data)),
      snapshots_(data_.journal->partitions(), data_.settings.partitions,
                 settings_.plan.role == Role::Issuer ? 0 : replica::CouponCache::kDefaultBytes),
      counters_(static_cast<std::size_t>(data_.journal->partitions())) {
  build_replicas();
  if (data_.guard_clock) {
    data_.guard_clock(
        [this](Timestamp last, Timestamp now) { return why_not_append(snapshots_, last, now); });
  }
}

/// Without stop(), ends at once.
Node::~Node() {
  if (data_.guard_clock) data_.guard_clock({});
  if (!server_) return;  // open() failed
  end_threads();
  server_->drain(milliseconds{0});  // its workers call the watch thread
}

/// From here on no thread waits for the database or for a reload.
void Node::end_threads() {
  if (closing_) closing_->stop();
  data_.store->interrupt();
  for (const auto& partition : partitions_) partition->give_up();
  for (const auto& issuer : issuers_) issuer->end();
  if (events_) events_->end();
  ownership_.reset();  // no thread uses it now; other nodes take over at once
  events_.reset();     // no thread nudges it now
  growth_->stop();
  watch_->stop();
  for (const auto& partition : partitions_) partition->stop();
}

void Node::build_replicas() {
  replica::Replica::Settings settings = settings_.replica;
  settings.incarnations = data_.settings.incarnations;
  settings.publishes_events = data_.events.has_value();
  settings.exports_spans = settings_.spans != nullptr && settings_.plan.role != Role::Edge;
  for (Partition partition = 0; partition < snapshots_.partitions(); ++partition) {
    logs_.push_back(std::make_unique<replica::DecidedLog>(partition, settings_.ring_codes));
    replicas_.push_back(std::make_unique<replica::Replica>(partition, snapshots_.homes(), snapshots_,
                                                           *logs_.back(), routes_,
                                                           store::record_trust(data_.settings), settings));
  }
}

Status Node::build_validators() {
  if (!settings_.validation || settings_.plan.role == Role::Issuer) return Done{};
  const std::string& store = std::get<Servers>(settings_.location).store;
  const auto report = [](const Error& error) {
    log::warn("validation by the database failed: " + error.text());
  };
  ASSIGN_OR_RETURN(validators_, admission::make_database_validators(store, *settings_.validation, report));
  return Done{};
}

/// Adds the workers to the routes of answers, which are only read afterwards.
void Node::build_server() {
  std::vector<replica::DecidedLog*> logs;
  logs.reserve(logs_.size());
  for (const auto& log : logs_) logs.push_back(log.get());
  const bool joins_group =
      std::holds_alternative<Servers>(settings_.location) && settings_.plan.role != Role::Edge;
  metrics_ =
      std::make_unique<MetricsPage>(MetricsPage::Parts{.edge = [this] { return server_->figures(); },
                                                       .journal = *data_.journal_counters,
                                                       .group = *data_.group_counters,
                                                       .joins_group = joins_group,
                                                       .snapshots = snapshots_,
                                                       .replicas = replicas_,
                                                       .logs = logs_,
                                                       .counters = counters_,
                                                       .certificate = settings_.server.certificate.get(),
                                                       .spans = settings_.spans.get()});
  server_ = std::make_unique<api::Server>(
      settings_.server,
      api::ServerParts{snapshots_, std::move(logs), *data_.journal, *data_.store, data_.settings, routes_,
                       [this] { return metrics_->write(); }, validators_.get(),
                       [this](Partition) { watch_->read_soon(); }, settings_.spans.get(),
                       log_refused_credential, [](const std::string& what) { log::warn(what); }});
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
  growth_ = std::make_unique<GrowthWatch>(*data_.journal, counters_.growth, kCheckPartitionsEvery);
}

Status Node::start() {
  RETURN_IF_ERROR(server_->start());
  RETURN_IF_ERROR(load_replicas());
  RETURN_IF_ERROR(join_owners());
  RETURN_IF_ERROR(build_issuers());
  if (settings_.spans) settings_.spans->start();
  for (const auto& partition : partitions_) partition->start();
  watch_->start();
  growth_->start();
  for (const auto& issuer : issuers_) issuer->start();
  if (events_) events_->start();
  if (closing_) closing_->start();
  return Done{};
}

Status Node::load_replicas() {
  settings_.plan.waits_for("the store, to load the saved state");
  std::vector<replica::Replica*> all;
  all.reserve(replicas_.size());
  for (const auto& replica : replicas_) all.push_back(replica.get());
  return replica::load_snapshot(*data_.store, all);
}

Status Node::join_owners() {
  settings_.plan.waits_for("the group of issuers, to join it");
  ASSIGN_OR_RETURN(ownership_, data_.own([this] {
    if (!issuers_built_) return;
    for (const auto& issuer : issuers_) issuer->nudge();
    nudge_events();
  }));
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
                                      .record_mac = store::record_mac(data_.settings),
                                      .source = data_.relay_source,
                                      .counters = *counters_.savers[i],
                                      .prunes = !data_.one_writer};
    if (positions_) parts.read_position = [this](Partition p) { return positions_->read(p); };
    savers_.push_back(&issuers_[issuer_of(partition)]->add(
        parts, settings_.issuer, [this] { nudge_events(); }, settings_.spans.get(),
        data_.one_writer ? "sqlite" : "postgresql"));
  }
  build_events();
  build_closing();
  issuers_built_ = true;
  return Done{};
}

/// The node that saves a policy publishes its events.
void Node::build_events() {
  if (!data_.events) return;
  counters_.events.publishes = true;
  const auto is_mine = [this](Partition partition) { return saves(partition); };
  const auto coupons_saved = [this] { return total(counters_.savers, &IssuerCounters::coupons_saved); };
  events_ = std::make_unique<EventThread>(std::move(*data_.events), settings_.server.ids, data_.settings,
                                          is_mine, coupons_saved, counters_.events);
}

/// The node that saves a policy closes it.
void Node::build_closing() {
  if (settings_.close_expired == milliseconds{0}) return;
  closing_ = std::make_unique<ClosingThread>(
      snapshots_, *data_.journal, store::record_mac(data_.settings),
      [this](Partition partition) { return saves(partition); }, settings_.close_expired);
}

bool Node::saves(Partition partition) const { return savers_[static_cast<std::size_t>(partition)]->saves(); }

void Node::nudge_events() {
  if (events_) events_->nudge();
}

std::size_t Node::issuer_of(Partition partition) const {
  return data_.one_writer ? 0 : static_cast<std::size_t>(partition);
}

/// All at once: each hurries before this waits for the first.
bool Node::finish_issuers(Instant deadline) {
  for (const auto& issuer : issuers_) issuer->hurry();
  bool all = true;
  for (const auto& issuer : issuers_) all = issuer->finish(until(deadline)) && all;
  return all;
}

std::string Node::replay_progress() const {
  std::string progress = "not ready yet; reading the journal:";
  for (Partition p = 0; p < snapshots_.partitions(); ++p) {
    if (snapshots_.partition(p).health != replica::Health::Replaying) continue;
    progress += fmt::format(" partition {} is at offset {}", p, snapshots_.partition(p).decided.load());
    const auto end = static_cast<Offset>(counters_.watches[static_cast<std::size_t>(p)]->end.value());
    if (end > 0) progress += fmt::format(" of {}", end);
    progress += ';';
  }
  progress.pop_back();
  return progress;
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
  while (!progress_.wait_for(lock, kLogReplayEvery, done)) log::info(replay_progress());
  if (stopping_) return Error::permanent("stopped before it was ready");
  // A contradiction also shows as Halted, once this node has written the halt; it does not end by itself
  // either.
  for (Partition p = 0; p < snapshots_.partitions(); ++p) {
    const replica::PartitionStatus& status = snapshots_.partition(p);
    if (status.health != replica::Health::Stopped && status.contradiction().empty()) return Done{};
  }
  return Error::permanent(snapshots_.partition(0).reason());
}

void Node::add_to(thread::Pulse& pulse) {
  server_->add_to(pulse);
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    const replica::PartitionStatus& status = snapshots_.partition(static_cast<Partition>(i));
    pulse.add(fmt::format("partition-{}", i), [&status, &thread = *partitions_[i]] {
      return thread.has_moved() || status.health != replica::Health::Serving;
    });
  }
}

bool Node::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    progress_.notify_all();
  }
  if (closing_) closing_->stop();
  const Instant deadline = now().steady + settings_.stop_within;
  const bool answered = server_->drain(until(deadline));
  if (!answered) {
    log::warn(
        "Some requests were still waiting for their answer at the end of --stop-within. A retry is safe.");
  }
  const bool saved = finish_issuers(deadline);
  if (!saved) {
    log::warn(
        "Not all decisions are saved at the end of --stop-within. The next start decides them again from the "
        "journal and saves them.");
  }
  if (events_) events_->finish(std::min(kLastEvents, until(deadline)));
  end_threads();
  return answered && saved;
}

}  // namespace firstcome::node
