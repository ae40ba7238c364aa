#pragma once

#include "domain/incarnations.h"
#include "postgres/connection.h"

namespace firstcome::store::pg {

/// See PostgresStore::begin_incarnation.
Result<Incarnations> begin_incarnation(postgres::Connection& connection);

/// What it runs.
std::vector<postgres::Prepared> incarnation_statements();

}  // namespace firstcome::store::pg
