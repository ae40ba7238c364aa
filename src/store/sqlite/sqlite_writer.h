#pragma once

#include <memory>
#include <string>

#include "sqlite/database.h"
#include "store/store.h"

namespace firstcome::store {

class SqliteWriter : public Writer {
 public:
  static Result<std::unique_ptr<Writer>> open(const std::string& path, milliseconds busy_timeout);

  SaveResult save(const Batch& batch) override;
  Result<Position> position(Partition partition) override;
  Status halt(Partition partition, const std::string& reason) override;
  Status unhalt(Partition partition) override;
  Status skip_rules(Partition partition, Offset offset) override;
  Result<std::int64_t> prune_batches(Partition partition, Offset before) override;

 private:
  explicit SqliteWriter(sqlite::Database database) : database_(std::move(database)) {}
  Status prepare();
  /// The result after the compare-and-set missed, with the current position.
  SaveResult moved(Partition partition);
  /// The result after a statement failed; `row` describes the row.
  SaveResult refused(const std::string& row);
  bool move_position(const Batch& batch);
  bool insert_codes(const Batch& batch);
  // These return the rejected row, or null.
  const Coupon* insert_coupons(const Batch& batch);
  const Policy* upsert_policies(const Batch& batch);
  const PolicyChangeRow* insert_changes(const Batch& batch);
  const CouponLife* upsert_lives(const Batch& batch);
  const CouponChange* insert_coupon_changes(const Batch& batch);
  const ListedUser* insert_listed(const Batch& batch);
  const ImportedCode* insert_imported_codes(const Batch& batch);
  Status change_one(sqlite::Statement& statement, Partition partition);

  sqlite::Database database_;
  sqlite::Statement select_position_;
  sqlite::Statement move_position_;
  sqlite::Statement extend_batch_;
  sqlite::Statement insert_batch_;
  sqlite::Statement prune_;
  sqlite::Statement insert_coupon_;
  sqlite::Statement upsert_policy_;
  sqlite::Statement insert_change_;
  sqlite::Statement upsert_life_;
  sqlite::Statement insert_coupon_change_;
  sqlite::Statement insert_listed_;
  sqlite::Statement insert_imported_code_;
  sqlite::Statement halt_;
  sqlite::Statement unhalt_;
  sqlite::Statement skip_rules_;
};

}  // namespace firstcome::store
