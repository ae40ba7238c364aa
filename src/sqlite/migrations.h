#pragma once

#include <span>

#include "sql/migration.h"
#include "sqlite/database.h"

namespace firstcome::sqlite {

using sql::Migration;

/// Brings a file's tables up to the last of `migrations` (given in order), all in one transaction, and
/// notes each in schema_history. Refuses a file written by a newer version and one whose history differs.
Status migrate(Database& database, std::span<const Migration> migrations);

/// For who only reads: refuses a file that `migrate` would refuse or change.
Status check_migrated(Database& database, std::span<const Migration> migrations);

}  // namespace firstcome::sqlite
