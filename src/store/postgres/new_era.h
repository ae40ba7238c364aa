#pragma once

#include "postgres/connection.h"
#include "store/postgres/postgres_store.h"

namespace firstcome::store::pg {

/// See PostgresStore::begin_era.
Result<std::vector<Position>> begin_era(postgres::Connection& connection, const NewEra& wanted);

/// What it runs.
std::vector<postgres::Prepared> new_era_statements();

}  // namespace firstcome::store::pg
