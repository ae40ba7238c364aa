#pragma once

#include <span>

#include "sql/migration.h"
#include "sqlite/database.h"

namespace firstcome::sqlite {

using sql::Migration;

/// Applies the missing ones of `migrations` (in order) in one transaction, and adds each to schema_history.
/// Fails if a newer version wrote the file, or if its history differs.
Status migrate(Database& database, std::span<const Migration> migrations);

/// For readers: fails if migrate() would fail or change the file.
Status check_migrated(Database& database, std::span<const Migration> migrations);

}  // namespace firstcome::sqlite
