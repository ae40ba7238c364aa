#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cluster.h"
#include "edge_thread.h"
#include "partition_thread.h"
#include "replica/policy_snapshots.h"

namespace firstcome::simulation {

/// One process: its snapshots, its edge threads, its partitions' threads. A crash takes all of it; a start
/// begins with nothing.
class Node {
 public:
  Node(Cluster& cluster, int number);
  ~Node();

  void start();
  void crash();
  [[nodiscard]] bool alive() const { return running_ != nullptr; }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] Cluster& cluster() { return cluster_; }
  /// This machine's clocks: the wall clock is off by a little, the steady one begins anywhere.
  [[nodiscard]] Now now() const;

  /// Runs `what` after the delay, unless the process has died by then.
  void later(milliseconds delay, std::function<void()> what);
  /// The ownership has moved; ask the group who has the partition now.
  void hear_ownership(Partition partition);

  replica::PolicySnapshots& snapshots() { return running_->snapshots; }
  EdgeThread& edge(std::size_t index) { return *running_->edges.at(index); }
  [[nodiscard]] std::size_t edges() const { return running_->edges.size(); }
  PartitionThread& partition(Partition partition) {
    return *running_->partitions.at(static_cast<std::size_t>(partition));
  }
  replica::AnswerRoutes& routes() { return running_->routes; }
  /// What is left to decide, save or answer here, in words; empty at rest.
  [[nodiscard]] std::string unrest();

 private:
  struct Running {
    explicit Running(std::int32_t count) : snapshots(count) {}
    replica::PolicySnapshots snapshots;
    replica::AnswerRoutes routes;
    std::vector<std::unique_ptr<EdgeThread>> edges;
    std::vector<std::unique_ptr<PartitionThread>> partitions;
  };

  void load();

  Cluster& cluster_;
  const int number_;
  milliseconds wall_off_{0};
  Instant steady_begin_;
  std::shared_ptr<Running> running_;  // weak references to it are what later() checks
};

}  // namespace firstcome::simulation
