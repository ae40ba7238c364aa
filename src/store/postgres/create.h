#pragma once

#include "postgres/connection.h"
#include "store/data.h"

namespace firstcome::store::pg {

/// See PostgresStore::create_if_missing.
Result<bool> create_if_missing(postgres::Connection& connection, const NewData& data);

/// What create_if_missing runs.
std::vector<postgres::Prepared> create_statements();

}  // namespace firstcome::store::pg
