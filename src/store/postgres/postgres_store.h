#pragma once

#include <functional>
#include <memory>
#include <string>

#include "store/data.h"
#include "store/event_outbox.h"
#include "store/store.h"

namespace firstcome::store {

struct PostgresStoreSettings {
  milliseconds connect_timeout{2'000};  ///< maximum silence of each host
  /// Maximum wait of a save for the lock of another session; then it is Failed (retryable).
  milliseconds lock_timeout{3'000};
  /// Maximum time of one statement in the server. Snapshots and scans have no limit.
  milliseconds statement_timeout{30'000};
  /// Maximum time that an issuer which is frozen inside a save keeps the lock on the row of its partition.
  milliseconds idle_in_transaction_timeout{5'000};
  /// After this time without a response the server counts as lost.
  milliseconds silence_timeout{10'000};
  /// If true, a save waits until it is on the disk of the database. Not necessary: a crash of the database
  /// loses the last batches completely, position and rows together, and nodes decide them again. Statements
  /// that create, halt or migrate always wait.
  bool saves_wait_for_disk = false;
  /// Called if another host of the address than before is used. Any thread; must not block.
  std::function<void(const std::string&)> report{};
};

/// The parameters of a new era; see PostgresStore::begin_era.
struct NewEra {
  Era era = 2;
  std::string journal_identity;
  std::int32_t partitions = 0;  ///< of the journal
  /// The state hash of `after`, which differs from `before` only in the fields of PartitionState.
  std::function<std::uint64_t(const PartitionState& before, const PartitionState& after)> rehash;
};

/// The store in a PostgreSQL database, schema `firstcome`. Any number of processes can use it at the same
/// time: the compare-and-set prevents double saves. Readers and writers connect themselves (writers at their
/// first use), and again after a loss; the call that detects the loss fails (retryable).
class PostgresStore : public Store {
 public:
  /// Fails if the role lacks a right that a save needs; the error lists the missing rights. Writes nothing.
  virtual Status check_may_save() = 0;
  /// Fills an empty store: settings with a new installation key, and a position at the start of every
  /// partition. Returns false if the store has data already; does not compare it with `data`, see
  /// check_same_data. Several processes may call it at the same time.
  virtual Result<bool> create_if_missing(const NewData& data) = 0;
  /// For partitions that were added to the journal: inserts a position at the start of the partitions from
  /// `first` on, which are the home of no policy. Does not change existing positions. The hashes are those of
  /// a decider without records, one for each partition.
  virtual Status add_partitions(Partition first, const std::vector<std::uint64_t>& empty_state_hashes) = 0;
  /// Continues with another journal from its first record, after the old one is lost permanently. Policies,
  /// coupons and history remain; positions are 0 again; saves of nodes of the previous era miss. Returns the
  /// end of the previous era. Needs the rights of the owner of the tables.
  virtual Result<std::vector<Position>> begin_era(const NewEra& wanted) = 0;
  /// In one transaction: removes every row of the partition, sets its position to the start of the journal
  /// with the state `empty`, and removes its halt. Settings and the positions of events remain. Nodes decide
  /// the journal again. `homes`: number of partitions that are homes of policies. Needs the rights of the
  /// owner of the tables.
  virtual Status reset_partition(Partition partition, std::int32_t homes, const PartitionState& empty) = 0;
  /// After a restore: begins a new incarnation for the tickets from the positions on. Nodes read it at their
  /// start. Needs the rights of the owner of the tables.
  virtual Result<Incarnations> begin_incarnation() = 0;
  /// Connects once, as readers do.
  virtual Result<std::unique_ptr<EventOutbox>> make_event_outbox() = 0;
};

/// Connects once and checks the tables. Fails if they are missing, older or newer than those of this program.
/// `address` must not contain a password: see postgres::Address.
Result<std::unique_ptr<PostgresStore>> open_postgres_store(const std::string& address,
                                                           const PostgresStoreSettings& settings = {});

/// Creates or updates the tables; concurrent calls wait for each other. Returns the number of applied
/// migrations. Needs a role that may create tables in the schema `firstcome`, and the schema itself if it is
/// missing.
Result<std::size_t> migrate_postgres_store(const std::string& address,
                                           const PostgresStoreSettings& settings = {});

/// Gives the roles of edges and issuers their rights on the tables, as sql/postgres/grants.sql does. Needs the
/// rights of the owner of the tables.
Status grant_postgres_rights(const std::string& address, const std::string& edge, const std::string& issuer,
                             const PostgresStoreSettings& settings = {});

}  // namespace firstcome::store
