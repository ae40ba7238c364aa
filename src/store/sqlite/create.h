#pragma once

#include "sqlite/database.h"
#include "store/data.h"

namespace firstcome::store {

/// See SqliteStore::create_if_missing. Two processes that try at once: one creates, the other finds it done.
Result<bool> create_if_missing(sqlite::Database& database, const NewData& data);

}  // namespace firstcome::store
