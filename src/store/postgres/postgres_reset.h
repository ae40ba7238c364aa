#pragma once

#include "postgres/connection.h"
#include "store/postgres/postgres_store.h"

namespace firstcome::store::pg {

/// See PostgresStore::reset_partition.
Status reset_partition(postgres::Connection& connection, Partition partition, std::int32_t homes,
                       const PartitionState& empty);

/// What it runs.
std::vector<postgres::Prepared> reset_statements();

}  // namespace firstcome::store::pg
