#pragma once

#include "postgres/database_connection.h"
#include "store/postgres/postgres_store.h"

namespace firstcome::store::pg {

/// See PostgresStore::reset_partition.
Status reset_partition(postgres::DatabaseConnection& connection, Partition partition, std::int32_t homes,
                       const PartitionState& empty);

/// The statements of reset_partition().
std::vector<postgres::Prepared> reset_statements();

}  // namespace firstcome::store::pg
