#pragma once

#include "domain/incarnations.h"
#include "postgres/database_connection.h"

namespace firstcome::store::pg {

/// See PostgresStore::begin_incarnation.
Result<Incarnations> begin_incarnation(postgres::DatabaseConnection& connection);

/// The statements of begin_incarnation().
std::vector<postgres::Prepared> incarnation_statements();

}  // namespace firstcome::store::pg
