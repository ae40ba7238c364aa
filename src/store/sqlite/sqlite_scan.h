#pragma once

#include "sqlite/database.h"
#include "store/store.h"

namespace firstcome::store {

/// See Reader::scan.
Status scan_rows(sqlite::Database& database, RowSink& sink);

}  // namespace firstcome::store
