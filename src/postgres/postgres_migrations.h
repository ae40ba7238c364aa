#pragma once

#include <span>

#include "postgres/database_connection.h"
#include "sql/migration.h"

namespace firstcome::postgres {

using sql::Migration;

/// Applies the missing ones of `migrations` (in order) to the schema firstcome in one transaction, under an
/// advisory lock, and adds each to schema_history. Creates a missing schema. Fails if the tables have a newer
/// version or a different history, and if the encoding of the database is not UTF-8. Returns the number of
/// applied migrations.
Result<std::size_t> migrate(DatabaseConnection& connection, std::span<const Migration> migrations);

/// Before a store is opened: fails if migrate() would fail or change the database.
Status check_migrated(DatabaseConnection& connection, std::span<const Migration> migrations);

/// Takes the advisory lock for creating or filling tables, until the end of the transaction.
Status lock_schema(DatabaseConnection& connection);

}  // namespace firstcome::postgres
