#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cluster.h"
#include "edge_thread.h"
#include "issuer/policy_closer.h"
#include "replica/policy_snapshots.h"
#include "simulated_partition.h"

namespace firstcome::simulation {

/// One process: its snapshots, edge threads and partition threads. A crash destroys all of them; a start
/// makes new ones.
class SimulatedNode {
 public:
  SimulatedNode(Cluster& cluster, int number);
  ~SimulatedNode();

  void start();
  void crash();
  [[nodiscard]] bool alive() const { return running_ != nullptr; }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] Cluster& cluster() { return cluster_; }
  /// The clocks of this machine: the wall clock is slightly wrong, the steady clock has a random start.
  [[nodiscard]] Now now() const;

  /// Runs `what` after the delay, unless the process has crashed by then.
  void later(milliseconds delay, std::function<void()> what);
  /// Reads the owner of the partition after a change.
  void update_ownership(Partition partition);

  replica::PolicySnapshots& snapshots() { return running_->snapshots; }
  EdgeThread& edge(std::size_t index) { return *running_->edges.at(index); }
  [[nodiscard]] std::size_t edges() const { return running_->edges.size(); }
  SimulatedPartition& partition(Partition partition) {
    return *running_->partitions.at(static_cast<std::size_t>(partition));
  }
  replica::AnswerRoutes& routes() { return running_->routes; }
  /// Describes what this node has still to decide, save or answer; empty at rest.
  [[nodiscard]] std::string unrest();

 private:
  /// The policy closer and its appender, of which no acknowledgement counts.
  struct Closer : journal::AcknowledgementSink {
    explicit Closer(SimulatedNode& node);
    void acknowledged(std::span<const journal::Acknowledgement>) override {}
    std::unique_ptr<journal::Appender> appender;
    issuer::PolicyCloser policies;
  };
  struct Running {
    Running(std::int32_t count, std::size_t cache_bytes) : snapshots(count, count, cache_bytes) {}
    replica::PolicySnapshots snapshots;
    replica::AnswerRoutes routes;
    std::vector<std::unique_ptr<EdgeThread>> edges;
    std::vector<std::unique_ptr<SimulatedPartition>> partitions;
    std::unique_ptr<Closer> closer;  ///< null: the run closes no policies
  };

  void load();
  void close_expired();

  Cluster& cluster_;
  const int number_;
  milliseconds wall_off_{0};
  Instant steady_begin_;
  std::shared_ptr<Running> running_;  // later() has weak references to it
};

}  // namespace firstcome::simulation
