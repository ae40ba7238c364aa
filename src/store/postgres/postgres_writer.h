#pragma once

#include "postgres/database_connection.h"
#include "store/postgres/batch_rows.h"
#include "store/store.h"

namespace firstcome::store {

class PostgresWriter : public Writer {
 public:
  PostgresWriter(postgres::Address address, postgres::SessionSettings session);

  SaveResult save(const Batch& batch) override;
  Result<Position> position(Partition partition) override;
  Status halt(Partition partition, const std::string& reason) override;
  Status unhalt(Partition partition) override;
  Status skip_rules(Partition partition, Offset offset) override;
  Result<std::int64_t> prune_batches(Partition partition, Offset before) override;
  void rest() override { connection_.drop(); }

 private:
  SaveResult try_to_save(const Batch& batch);
  std::string end_frozen_saves();
  /// The number of changed rows: one, or none if the compare-and-set missed.
  Result<std::int64_t> move_position(const Batch& batch);
  Status insert_batch(const Batch& batch);
  Status upsert(const char* statement, const pg::RowArrays& rows);
  Status insert_rows(const Batch& batch);
  /// Needs an open session.
  Result<Position> select_position(Partition partition);
  /// The result after the compare-and-set missed, with the current position.
  SaveResult moved(Partition partition);
  /// The result after a statement failed.
  SaveResult refused(const Batch& batch, Error error);
  Status change_one(const char* statement, Partition partition, const postgres::Params& params);

  const milliseconds frozen_after_;
  postgres::DatabaseConnection connection_;
};

}  // namespace firstcome::store
