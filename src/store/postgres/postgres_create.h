#pragma once

#include "postgres/database_connection.h"
#include "store/data.h"

namespace firstcome::store::pg {

/// See PostgresStore::create_if_missing.
Result<bool> create_if_missing(postgres::DatabaseConnection& connection, const NewData& data);

/// See PostgresStore::add_partitions.
Status add_partitions(postgres::DatabaseConnection& connection, Partition first,
                      const std::vector<std::uint64_t>& empty_state_hashes);

/// The statements of both functions.
std::vector<postgres::Prepared> create_statements();

}  // namespace firstcome::store::pg
