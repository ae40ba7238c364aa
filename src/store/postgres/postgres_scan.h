#pragma once

#include "postgres/database_connection.h"
#include "store/store.h"

namespace firstcome::store::pg {

/// See Reader::load_snapshot and Reader::scan. Both use COPY in one snapshot and keep no row in memory.
Status load_snapshot(postgres::DatabaseConnection& connection, SnapshotSink& sink);
Status scan_rows(postgres::DatabaseConnection& connection, RowSink& sink);

}  // namespace firstcome::store::pg
