#pragma once

#include "sqlite/database.h"
#include "store/data.h"

namespace firstcome::store {

/// See SqliteStore::create_if_missing. Several processes may call it at the same time.
Result<bool> create_if_missing(sqlite::Database& database, const NewData& data);

}  // namespace firstcome::store
