#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "domain/result.h"

/// Migrations of the tables of any database.
namespace firstcome::sql {

/// A file of sql/, V<version>__<name>.sql. A released file never changes; a change of the tables is a new
/// file.
struct Migration {
  std::int32_t version;
  std::string_view name;
  std::string_view sql;
};

/// The checksum of the SQL text, for schema_history.
std::int64_t checksum(const Migration& migration);

/// A row of schema_history.
struct AppliedMigration {
  std::int64_t version = 0;
  std::int64_t checksum = 0;
};

/// Text for errors about a database.
struct DatabaseName {
  std::string name;
  std::string_view instead;  ///< what to use instead, for instance "another data folder"
};

/// The number of `known` migrations that a database has (`history`, by version). Fails if a newer program
/// wrote the database, or a program with different migrations.
Result<std::size_t> count_applied(std::span<const AppliedMigration> history, std::span<const Migration> known,
                                  const DatabaseName& database);

}  // namespace firstcome::sql
