#pragma once

#include <span>

#include "postgres/connection.h"
#include "sql/migration.h"

namespace firstcome::postgres {

using sql::Migration;

/// Brings the tables of schema firstcome up to the last of `migrations` (given in order), all in one
/// transaction under an advisory lock, and notes each in schema_history. Makes the schema when it is missing.
/// Refuses tables of a newer version, tables whose history differs, and a database that is not in UTF-8. How
/// many were applied.
Result<std::size_t> migrate(Connection& connection, std::span<const Migration> migrations);

/// For who opens a store: refuses a database that `migrate` would refuse or change, and says what mends it.
Status check_migrated(Connection& connection, std::span<const Migration> migrations);

/// Held by whoever makes tables or fills them, until the end of the transaction.
Status lock_schema(Connection& connection);

}  // namespace firstcome::postgres
