#pragma once

#include "postgres/connection.h"
#include "store/store.h"

namespace firstcome::store::pg {

/// See Reader::load_snapshot and Reader::scan: COPY in one snapshot, a row at a time, none kept.
Status load_snapshot(postgres::Connection& connection, SnapshotSink& sink);
Status scan_rows(postgres::Connection& connection, RowSink& sink);

}  // namespace firstcome::store::pg
