#pragma once

#include "postgres/database_connection.h"
#include "store/postgres/postgres_store.h"

namespace firstcome::store::pg {

/// See PostgresStore::begin_era.
Result<std::vector<Position>> begin_era(postgres::DatabaseConnection& connection, const NewEra& wanted);

/// The statements of begin_era().
std::vector<postgres::Prepared> new_era_statements();

}  // namespace firstcome::store::pg
