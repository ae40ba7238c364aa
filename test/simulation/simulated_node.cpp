#include "simulated_node.h"

#include <fmt/core.h>

#include "replica/snapshot_loader.h"
#include "store/record_trust.h"

namespace firstcome::simulation {

SimulatedNode::SimulatedNode(Cluster& cluster, int number) : cluster_(cluster), number_(number) {}
SimulatedNode::~SimulatedNode() = default;

SimulatedNode::Closer::Closer(SimulatedNode& node)
    : appender(node.cluster().journal.make_appender(*this)),
      policies(
          node.snapshots(), *appender, store::record_mac(node.cluster().settings),
          [&node](Partition partition) { return node.partition(partition).saves(); },
          node.cluster().plan.close_expired) {}

void SimulatedNode::start() {
  CHECK(!alive());
  wall_off_ = milliseconds{cluster_.between(-800, 800)};
  steady_begin_ = Instant{milliseconds{cluster_.between(0, 100'000'000)}} - cluster_.timeline.since_begin();
  running_ = std::make_shared<Running>(cluster_.plan.partitions, cluster_.plan.cache_bytes);
  cluster_.note("start", {number_});
  if (number_ >= cluster_.plan.issuers) cluster_.saw("node that only answers");
  for (int i = 0; i < cluster_.plan.edges_per_node; ++i) {
    running_->edges.push_back(std::make_unique<EdgeThread>(*this, i));
  }
  for (Partition p = 0; p < cluster_.plan.partitions; ++p) {
    running_->partitions.push_back(std::make_unique<SimulatedPartition>(*this, p));
  }
  for (auto& edge : running_->edges) edge->start();
  later(cluster_.delay(cluster_.plan.store_most), [this] { load(); });
}

/// As the production node, which loads all its partitions from one snapshot before it follows any.
void SimulatedNode::load() {
  std::vector<replica::Replica*> all;
  for (auto& partition : running_->partitions) all.push_back(&partition->replica());
  if (!replica::load_snapshot(cluster_.store, all).ok()) {
    return later(milliseconds{cluster_.between(1, 300)}, [this] { load(); });
  }
  for (auto& partition : running_->partitions) partition->start();
  if (cluster_.plan.close_expired == milliseconds{0}) return;
  running_->closer = std::make_unique<Closer>(*this);
  close_expired();
}

void SimulatedNode::close_expired() {
  if (cluster_.resting()) return;
  const auto closed = running_->closer->policies.close(now().wall);
  cluster_.saw("expired policy closed", static_cast<std::int64_t>(closed.size()));
  later(milliseconds{cluster_.between(100, 2'000)}, [this] { close_expired(); });
}

void SimulatedNode::crash() {
  CHECK(alive());
  cluster_.note("crash", {number_});
  cluster_.saw("node crashed");
  for (auto& edge : running_->edges) edge->connections_break();
  running_.reset();
}

Now SimulatedNode::now() const {
  return {cluster_.timeline.now() + wall_off_, steady_begin_ + cluster_.timeline.since_begin()};
}

void SimulatedNode::later(milliseconds delay, std::function<void()> what) {
  cluster_.timeline.after(delay, [life = std::weak_ptr(running_), what = std::move(what)] {
    if (!life.expired()) what();
  });
}

void SimulatedNode::update_ownership(Partition partition) {
  if (alive()) this->partition(partition).set_owner(cluster_.owner(partition) == number_);
}

std::string SimulatedNode::unrest() {
  if (!alive()) return fmt::format("node {} is not running", number_);
  for (std::size_t p = 0; p < running_->partitions.size(); ++p) {
    const std::string why = running_->partitions[p]->unrest();
    if (!why.empty()) return fmt::format("node {}, partition {}: {}", number_, p, why);
  }
  for (const auto& edge : running_->edges) {
    if (!edge->at_rest()) return fmt::format("node {} has callers without an answer", number_);
  }
  return {};
}

}  // namespace firstcome::simulation
