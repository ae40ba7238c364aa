#pragma once

#include <memory>
#include <string>

#include "issuer/issuer_driver.h"
#include "partition_journal.h"
#include "replica/decided_log.h"
#include "replica/replica.h"
#include "replica/replica_driver.h"

namespace firstcome::simulation {

class SimulatedNode;

/// Steps the drivers of the replica and the issuer of one partition, as the threads of a node do, and reads
/// the end of the journal; all in virtual time.
class SimulatedPartition : public replica::ReplicaDriver::Observer, public issuer::IssuerDriver::Observer {
 public:
  SimulatedPartition(SimulatedNode& node, Partition partition);

  /// Call after the replica is loaded.
  void start();
  void set_owner(bool owner) { ownership_.owner = owner; }
  /// Does not read or decide until then; with `ends_too`, also does not get the end of the journal.
  void stall(Timestamp until, bool ends_too);
  void follow_zombie(Timestamp until) { journal_.follow_zombie(until); }
  /// Call after acknowledgements of relayed records.
  void wake_issuer();
  [[nodiscard]] bool saves() const { return issuer_ && issuer_->saves(); }
  replica::DecidedLog& log() { return log_; }
  replica::Replica& replica() { return replica_; }
  /// Describes the remaining work; empty at rest.
  [[nodiscard]] std::string unrest() const;

 private:
  /// The ownership that this node knows.
  struct KnownOwnership : journal::Ownership {
    [[nodiscard]] bool owns(Partition /*partition*/) const override { return owner; }
    void saved(Partition /*partition*/, Offset /*next_offset*/) override {}
    bool owner = false;
  };

  // The partition thread.
  void step_replica();
  void decided() override;
  void progress() override;
  void following() override;
  // The issuer thread.
  void step_issuer();
  void call();
  void report();
  void ended(const char* what, const Error* error) override;
  void halting(const std::string& reason) override;
  void reloading(const std::string& why) override;
  void check_reload_is_needed();
  // The thread that reads ends.
  void ask_end();

  SimulatedNode& node_;
  const Partition partition_;
  PartitionJournal journal_;
  KnownOwnership ownership_;
  replica::ReplicaCounters replica_counters_;
  /// Must outlive a crash of the node, because sent transactions are executed after it.
  std::shared_ptr<issuer::IssuerCounters> issuer_counters_ = std::make_shared<issuer::IssuerCounters>();
  std::shared_ptr<store::Writer> writer_;
  replica::DecidedLog log_;
  replica::Replica replica_;
  replica::ReplicaDriver driver_;
  std::shared_ptr<issuer::IssuerDriver> issuer_;
  Timestamp stalled_until_{};
  Timestamp ends_stalled_until_{};
  Offset loaded_from_ = 0;  ///< position of the store at the last load
  int generation_ = 0;      ///< generation of the topic whose records are decided
  bool has_log_ = false;    ///< a record of it was decided, here or in the store
  bool following_ = false;
  bool calling_ = false;     ///< a call of the issuer is in progress
  std::uint64_t looks_ = 0;  ///< number of the newest planned step of the issuer; older ones are void
};

}  // namespace firstcome::simulation
