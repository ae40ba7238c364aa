#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "admission/postgres/database_validators.h"
#include "api/server.h"
#include "issuer/issuer.h"
#include "node/closing_thread.h"
#include "node/event_thread.h"
#include "node/growth_watch.h"
#include "node/issuer_thread.h"
#include "node/metrics_page.h"
#include "node/node_counters.h"
#include "node/node_data.h"
#include "node/partition_thread.h"
#include "node/position_source.h"
#include "node/watch_thread.h"
#include "replica/decided_log.h"
#include "replica/policy_snapshots.h"
#include "replica/replica.h"
#include "tracing/otlp_exporter.h"

namespace firstcome::node {

struct NodeSettings {
  DataLocation location = Folder{"./firstcome-data"};
  DataPlan plan;
  api::ServerSettings server;
  replica::Replica::Settings replica;
  issuer::Issuer::Settings issuer;
  milliseconds close_expired{0};  ///< the time after which an expired policy is closed; 0: never
  std::optional<admission::DatabaseValidation> validation;  ///< by the database; only with data on servers
  std::shared_ptr<tracing::OtlpExporter> spans;             ///< null: none are exported
  milliseconds stop_within{20'000};
  std::size_t ring_codes = std::size_t{1} << 20;  ///< minimum number of codes in memory per partition
};

/// A firstcome node in one process, complete or the part for its role. The members are in the order of the
/// flow.
///
/// Life: open → start → (serve) → stop.
class Node {
 public:
  /// Opens the data and binds the listeners; nothing runs yet.
  static Result<std::unique_ptr<Node>> open(const NodeSettings& settings);
  ~Node();

  /// Loads the saved state and starts every thread. Requests get 503 until wait_until_ready() returns.
  Status start();
  /// Returns when every partition has caught up with the journal or has stopped. If all have stopped, it
  /// returns an error with the reason of one. Any thread; stop() ends it.
  Status wait_until_ready();
  /// Adds the threads without which no request is answered. Neither the journal nor the database can stop these: to start
  /// again would not help a node that waits for one of them. After start(); stop() ends the threads.
  void add_to(thread::Pulse& pulse);
  /// Answers every accepted request and saves everything decided. False: not within `stop_within`. Nothing is
  /// lost then: the next start continues from the journal.
  bool stop();

  /// Empty for an issuer, which has no listener for users.
  [[nodiscard]] std::string address() const { return server_->address(); }
  [[nodiscard]] std::string admin_address() const { return server_->admin_address(); }
  [[nodiscard]] const store::Settings& data() const { return data_.settings; }
  [[nodiscard]] bool data_is_new() const { return data_.is_new; }

 private:
  Node(NodeSettings settings, Data data);
  [[nodiscard]] std::string replay_progress() const;
  void build_replicas();
  Status build_validators();
  void build_server();
  void build_threads();
  Status load_replicas();
  Status build_issuers();
  void build_events();
  void build_closing();
  [[nodiscard]] bool saves(Partition partition) const;
  void nudge_events();
  [[nodiscard]] std::size_t issuer_of(Partition partition) const;
  bool finish_issuers(Instant deadline);
  Status join_owners();
  void end_threads();

  const NodeSettings settings_;
  // In the order of the flow, so they are destroyed in the opposite order.
  Data data_;
  replica::PolicySnapshots snapshots_;
  Counters counters_;
  std::vector<std::unique_ptr<replica::DecidedLog>> logs_;
  replica::AnswerRoutes routes_;
  std::vector<std::unique_ptr<replica::Replica>> replicas_;
  std::unique_ptr<admission::Validators> validators_;  ///< null: admission uses the policy snapshots
  std::unique_ptr<MetricsPage> metrics_;
  std::unique_ptr<api::Server> server_;  ///< outlives the threads that answer into it
  std::mutex mutex_;
  std::condition_variable progress_;  ///< a partition has caught up or stopped, or stop() was called
  bool stopping_ = false;             // guarded by mutex_
  std::vector<std::unique_ptr<PartitionThread>> partitions_;
  std::unique_ptr<WatchThread> watch_;
  std::unique_ptr<GrowthWatch> growth_;
  std::unique_ptr<journal::Ownership> ownership_;
  std::unique_ptr<PositionSource> positions_;  ///< null: read by the only writer
  /// One, or one per partition if the store allows several writers, so that a blocked partition does not
  /// delay the others. An edge has them too; they only read the store.
  std::vector<std::unique_ptr<IssuerThread>> issuers_;
  std::vector<const issuer::IssuerDriver*> savers_;  ///< of the issuers, by partition
  std::unique_ptr<EventThread> events_;              ///< null: this node publishes no events
  std::unique_ptr<ClosingThread> closing_;           ///< null: this node closes no policies
  std::atomic<bool> issuers_built_{false};
};

}  // namespace firstcome::node
