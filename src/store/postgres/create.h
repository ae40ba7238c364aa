#pragma once

#include "postgres/connection.h"
#include "store/data.h"

namespace firstcome::store::pg {

/// See PostgresStore::create_if_missing.
Result<bool> create_if_missing(postgres::Connection& connection, const NewData& data);

/// See PostgresStore::add_partitions.
Status add_partitions(postgres::Connection& connection, Partition first,
                      const std::vector<std::uint64_t>& empty_state_hashes);

/// What these run.
std::vector<postgres::Prepared> create_statements();

}  // namespace firstcome::store::pg
