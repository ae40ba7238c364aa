#pragma once

#include "sqlite/database.h"
#include "store/store.h"

namespace firstcome::store {

/// See Reader::scan. Rows are judged more strictly than where a node reads its own: numbers that do not fit
/// their field are an error, because they were written by somebody else.
Status scan_rows(sqlite::Database& database, RowSink& sink);

}  // namespace firstcome::store
