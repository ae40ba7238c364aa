#pragma once

#include "postgres/database_connection.h"
#include "store/store.h"

namespace firstcome::store::pg {

/// See Reader::load_snapshot, Reader::scan and Reader::export_coupons. All use COPY in one snapshot and keep no row in memory.
Status load_snapshot(postgres::DatabaseConnection& connection, SnapshotSink& sink);
Status scan_rows(postgres::DatabaseConnection& connection, RowSink& sink);
Status export_coupons(postgres::DatabaseConnection& connection, PolicyId policy, CouponSink& sink);

}  // namespace firstcome::store::pg
