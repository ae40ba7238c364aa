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

namespace firstcome::node {

struct NodeSettings {
  DataPlace place = Folder{"./firstcome-data"};
  DataPlan plan;
  api::ServerSettings server;
  replica::Replica::Settings replica;
  issuer::Issuer::Settings issuer;
  std::optional<admission::DatabaseValidation> validation;  ///< by the database, of data on servers
  milliseconds stop_within{20'000};
  std::size_t ring_codes = std::size_t{1} << 20;  ///< newest outcome codes kept in memory, a partition
};

/// A firstcome in one process, whole or the part that its role says: the stages of the flow in the order in
/// which the data meets them.
///
/// Life: open → start → (serve) → stop. Errors are for people: what is wrong, where, what to do.
class Node {
 public:
  /// Opens the data and binds the listeners; nothing runs yet.
  static Result<std::unique_ptr<Node>> open(const NodeSettings& settings);
  ~Node();

  /// Loads what was saved and starts every thread. Requests get 503 until wait_until_ready().
  Status start();
  /// Returns when every partition has caught up with the journal or has stopped; an error when all have
  /// stopped, with the reason of one. Any thread; stop() ends it.
  Status wait_until_ready();
  /// Graceful: every accepted request gets its answer, everything decided is saved. False: not within
  /// `stop_within`; nothing is lost even then, the next start goes on from the journal.
  bool stop();

  /// Empty for an issuer, which has no listener for users.
  [[nodiscard]] std::string address() const { return server_->address(); }
  [[nodiscard]] std::string admin_address() const { return server_->admin_address(); }
  [[nodiscard]] const store::Settings& data() const { return data_.settings; }
  [[nodiscard]] bool data_is_new() const { return data_.is_new; }

 private:
  Node(NodeSettings settings, Data data);
  [[nodiscard]] std::string what_replays() const;
  void build_replicas();
  Status build_validators();
  void build_server();
  void build_threads();
  Status load_replicas();
  Status build_issuers();
  void build_events();
  void nudge_events();
  [[nodiscard]] std::size_t issuer_of(Partition partition) const;
  bool finish_issuers(Instant deadline);
  void finish_events(Instant deadline);
  Status own();
  void end_threads();

  const NodeSettings settings_;
  // In the order of the flow; destroyed in the opposite one.
  Data data_;
  replica::PolicySnapshots snapshots_;
  Counters counters_;
  std::vector<std::unique_ptr<replica::DecidedLog>> logs_;
  replica::AnswerRoutes routes_;
  std::vector<std::unique_ptr<replica::Replica>> replicas_;
  std::unique_ptr<admission::Validators> validators_;  ///< null: admission asks the snapshots
  std::unique_ptr<MetricsPage> metrics_;
  std::unique_ptr<api::Server> server_;  ///< outlives the threads that answer into it
  std::mutex mutex_;
  std::condition_variable progress_;  ///< a partition has caught up or stopped, or stop() was called
  bool stopping_ = false;             // guarded by mutex_
  std::vector<std::unique_ptr<PartitionThread>> partitions_;
  std::unique_ptr<WatchThread> watch_;
  std::unique_ptr<GrowthWatch> growth_;
  std::unique_ptr<journal::Ownership> ownership_;
  std::unique_ptr<PositionSource> positions_;  ///< null: the one writer is asked
  /// One, or one a partition where the store takes many writers: a partition whose journal or whose rows are
  /// stuck holds no other up. An edge has them as well; they only watch the store.
  std::vector<std::unique_ptr<IssuerThread>> issuers_;
  std::vector<const issuer::IssuerDriver*> savers_;  ///< the issuers', by partition
  std::unique_ptr<EventThread> events_;              ///< nothing: this node tells of no coupons
  std::atomic<bool> issuers_built_{false};
};

}  // namespace firstcome::node
