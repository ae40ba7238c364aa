#pragma once

#include "sqlite/database.h"
#include "store/store.h"

namespace firstcome::store {

/// See SqliteStore::reset_partition.
Status reset_partition(sqlite::Database& database, Partition partition, std::int32_t homes,
                       const PartitionState& empty);

}  // namespace firstcome::store
