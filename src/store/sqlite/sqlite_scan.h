#pragma once

#include "sqlite/database.h"
#include "store/store.h"

namespace firstcome::store {

/// See Reader::scan. Stricter than the reader of a node: a number outside the range of its field is an error,
/// because another program wrote it.
Status scan_rows(sqlite::Database& database, RowSink& sink);

}  // namespace firstcome::store
