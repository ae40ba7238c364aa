#pragma once

#include "sqlite/database.h"
#include "store/store.h"

namespace firstcome::store {

/// See SqliteStore::begin_again.
Status begin_again(sqlite::Database& database, Partition partition, std::int32_t homes,
                   const PartitionState& empty);

}  // namespace firstcome::store
