#pragma once

#include <memory>
#include <string>

#include "issuer/issuer_driver.h"
#include "partition_journal.h"
#include "replica/decided_log.h"
#include "replica/replica.h"
#include "replica/replica_driver.h"

namespace firstcome::simulation {

class Node;

/// What a node does for one partition: it steps the replica's driver and the issuer's, as the node's threads
/// do, and asks for the journal's end; all in virtual time.
class PartitionThread : public replica::ReplicaDriver::Observer, public issuer::IssuerDriver::Observer {
 public:
  PartitionThread(Node& node, Partition partition);

  /// The replica has been loaded.
  void start();
  void set_owner(bool owner) { ownership_.owner = owner; }
  /// Neither reads nor decides until then; with `ends_too`, does not hear of the journal's end either.
  void stall(Timestamp until, bool ends_too);
  void follow_zombie(Timestamp until) { journal_.follow_zombie(until); }
  /// Records that are relayed were acknowledged.
  void wake_issuer();
  replica::DecidedLog& log() { return log_; }
  replica::Replica& replica() { return replica_; }
  /// What is left to do, in words; empty at rest.
  [[nodiscard]] std::string unrest() const;

 private:
  /// As this node has heard from the group.
  struct Heard : journal::Ownership {
    [[nodiscard]] bool owns(Partition /*partition*/) const override { return owner; }
    void saved(Partition /*partition*/, Offset /*next_offset*/) override {}
    bool owner = false;
  };

  // The partition's own thread.
  void step_replica();
  void decided() override;
  void progress() override;
  void following() override;
  // The saving thread.
  void step_issuer();
  void call();
  void report();
  void ended(const char* what, const Error* error) override;
  void halting(const std::string& reason) override;
  void reloading(const std::string& why) override;
  void check_reload_is_needed();
  // The one that asks for ends.
  void ask_end();

  Node& node_;
  const Partition partition_;
  PartitionJournal journal_;
  Heard ownership_;
  replica::ReplicaCounters replica_counters_;
  /// Outlive the node's death, as does what they have sent to the store.
  std::shared_ptr<issuer::IssuerCounters> issuer_counters_ = std::make_shared<issuer::IssuerCounters>();
  std::shared_ptr<store::Writer> writer_;
  replica::DecidedLog log_;
  replica::Replica replica_;
  replica::ReplicaDriver driver_;
  std::shared_ptr<issuer::IssuerDriver> issuer_;
  Timestamp stalled_until_{};
  Timestamp ends_stalled_until_{};
  Offset loaded_from_ = 0;  ///< the store's position when it was last loaded
  int generation_ = 0;      ///< of the journal whose records are decided
  bool has_log_ = false;    ///< some record of it was decided, here or in the store
  bool following_ = false;
  bool calling_ = false;     ///< a call of the issuer is under way
  std::uint64_t looks_ = 0;  ///< planned looks at the issuer that are older are void
};

}  // namespace firstcome::simulation
