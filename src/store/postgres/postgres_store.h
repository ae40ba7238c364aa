#pragma once

#include <functional>
#include <memory>
#include <string>

#include "store/data.h"
#include "store/event_outbox.h"
#include "store/store.h"

namespace firstcome::store {

struct PostgresStoreSettings {
  milliseconds connect_timeout{2'000};  ///< of silence, a host
  /// How long a save waits for another session's lock before it is Failed (retryable).
  milliseconds lock_timeout{3'000};
  /// How long the server may work on one statement. Snapshots and scans take as long as they take.
  milliseconds statement_timeout{30'000};
  /// An issuer frozen inside a save holds its partition's row no longer than this.
  milliseconds idle_in_transaction_timeout{5'000};
  /// A server that is silent for so long counts as gone.
  milliseconds silence_timeout{10'000};
  /// Whether a save waits until it is on the database's disk. Not needed: a crash of the database takes the
  /// last batches whole, position and rows together, and the journal decides them again. What creates, halts
  /// or migrates always waits.
  bool saves_wait_for_disk = false;
  /// Told when another host of the address than before is used. Any thread; must not block.
  std::function<void(const std::string&)> report{};
};

/// What an era begins with; see PostgresStore::begin_era.
struct NewEra {
  Era era = 2;
  std::string journal_identity;
  std::int32_t partitions = 0;  ///< of the journal
  /// The state hash of `after`, which differs from `before` only in what a partition carries itself.
  std::function<std::uint64_t(const PartitionState& before, const PartitionState& after)> rehash;
};

/// The store in a PostgreSQL database, schema `firstcome`. Any number of processes may have it open: the
/// compare-and-set keeps their writers apart. Readers and writers connect by themselves, writers
/// when they are first used, and again after a connection was lost; the call that finds it lost fails
/// (retryable).
class PostgresStore : public Store {
 public:
  /// Refuses a role that lacks a right which saving takes, before anything is written, and names what it
  /// lacks.
  virtual Status check_may_save() = 0;
  /// Fills an empty store: settings, with a fresh ticket key, and a position at the beginning of every
  /// partition. True when it did, false when the store has its data already (`data` is not compared then: see
  /// check_same_data). Several at once: one fills it, the others find it done.
  virtual Result<bool> create_if_missing(const NewData& data) = 0;
  /// For a journal that has got more partitions since: gives those from `first` on, which are home to
  /// nothing, a position at their beginning. Those that have one keep it. A hash a partition: of a decider
  /// that has seen nothing.
  virtual Status add_partitions(Partition first, const std::vector<std::uint64_t>& empty_state_hashes) = 0;
  /// The store goes on with another journal, from that one's first record: the old one is lost permanently.
  /// Policies, coupons and history stay; positions begin at 0 again; nodes of the era before miss whatever
  /// they save. Returns where that era ended. Needs the rights of the tables' owner.
  virtual Result<std::vector<Position>> begin_era(const NewEra& wanted) = 0;
  /// Removes every row of the partition, sets its position back to the beginning of the journal, where the
  /// state is `empty`, and lifts its halt, in one transaction. The settings stay, and how far events are
  /// published. Nodes decide the journal again. `homes`: partitions that are home to policies. Needs the
  /// rights of the tables' owner.
  virtual Status reset_partition(Partition partition, std::int32_t homes, const PartitionState& empty) = 0;
  /// After a restore: from the positions on, tickets belong to a new incarnation. Nodes read it at their
  /// start. Needs the rights of the tables' owner.
  virtual Result<Incarnations> begin_incarnation() = 0;
  /// Connects once, as readers and writers do.
  virtual Result<std::unique_ptr<EventOutbox>> make_event_outbox() = 0;
};

/// Connects once and looks at the tables. Refuses tables that are missing, older or newer than this
/// program's, and says which command mends that. `address` has no password in it: see postgres::Address.
Result<std::unique_ptr<PostgresStore>> open_postgres_store(const std::string& address,
                                                           PostgresStoreSettings settings = {});

/// Makes the tables or brings them up to date; several at once: one does, the others wait. How many
/// migrations were applied. Needs a role that may make tables in schema `firstcome`, and the schema itself
/// where it is missing.
Result<std::size_t> migrate_postgres_store(const std::string& address, PostgresStoreSettings settings = {});

}  // namespace firstcome::store
