#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "domain/result.h"

/// Tables that grow with the program, whatever database they are in.
namespace firstcome::sql {

/// One file of sql/: V<version>__<name>.sql. Once released it never changes; a change is a new file.
struct Migration {
  std::int32_t version;
  std::string_view name;
  std::string_view sql;
};

/// Of its text, for schema_history.
std::int64_t checksum(const Migration& migration);

/// A row of schema_history.
struct AppliedMigration {
  std::int64_t version = 0;
  std::int64_t checksum = 0;
};

/// How errors speak of a database.
struct DatabaseName {
  std::string name;
  std::string_view instead;  ///< what else may be named: "another data folder"
};

/// How many of `known` a database has (`history`, by version), or why this program cannot use it: it was
/// written by a newer one, or by one that made the tables otherwise.
Result<std::size_t> count_applied(std::span<const AppliedMigration> history, std::span<const Migration> known,
                                  const DatabaseName& database);

}  // namespace firstcome::sql
