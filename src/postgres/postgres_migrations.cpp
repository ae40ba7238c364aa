#include "postgres/postgres_migrations.h"

#include <fmt/core.h>

#include "postgres/transaction.h"

namespace firstcome::postgres {
namespace {

Error permanent(const DatabaseConnection& connection, const std::string& why) {
  return Error::permanent("{}: {}", connection.name(), why);
}

Status check_encoding(DatabaseConnection& connection) {
  ASSIGN_OR_RETURN(auto rows, connection.query(R"(
    SELECT pg_encoding_to_char(encoding)::text FROM pg_database WHERE datname = current_database())"));
  const std::string_view encoding = rows[0].field(0).value_or("");
  if (encoding == "UTF8") return Done{};
  return permanent(connection, fmt::format("the encoding of the database is {}, not UTF8.", encoding))
      .with_hint("Create a database with CREATE DATABASE … ENCODING 'UTF8'.");
}

/// The rows of schema_history; none if the table does not exist.
Result<std::optional<std::vector<sql::AppliedMigration>>> history(DatabaseConnection& connection) {
  std::optional<std::vector<sql::AppliedMigration>> history;
  ASSIGN_OR_RETURN(auto table,
                   connection.query("SELECT 1 WHERE to_regclass('firstcome.schema_history') IS NOT NULL"));
  if (table.empty()) return history;
  ASSIGN_OR_RETURN(auto rows, connection.query(R"(
    SELECT version::bigint, checksum FROM firstcome.schema_history ORDER BY version)"));
  history.emplace();
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    Columns columns(row);
    const std::int64_t version = columns.int8();
    history->push_back({version, columns.int8()});
    if (!columns.good())
      return permanent(connection, "schema_history has invalid rows: was it changed manually?");
  }
  return history;
}

/// Does not use IF NOT EXISTS, which needs the right to create schemas also if the schema exists.
Status make_schema(DatabaseConnection& connection) {
  ASSIGN_OR_RETURN(auto there, connection.query("SELECT 1 FROM pg_namespace WHERE nspname = 'firstcome'"));
  if (!there.empty()) return Done{};
  return connection.execute("CREATE SCHEMA firstcome");
}

Status note(DatabaseConnection& connection, const Migration& migration) {
  const std::string sql =
      fmt::format("INSERT INTO firstcome.schema_history(version, name, checksum) VALUES ({}, '{}', {})",
                  migration.version, migration.name, sql::checksum(migration));
  return connection.execute(sql.c_str());
}

Result<std::size_t> count_applied(const DatabaseConnection& connection,
                                  const std::vector<sql::AppliedMigration>& history,
                                  std::span<const Migration> migrations) {
  return sql::count_applied(history, migrations, {connection.name(), "another database"});
}

}  // namespace

Status lock_schema(DatabaseConnection& connection) {
  // The number is "firstcom" in ASCII. Advisory locks are local to a database.
  return connection.execute("SELECT pg_advisory_xact_lock(7379555304622747501)");
}

Result<std::size_t> migrate(DatabaseConnection& connection, std::span<const Migration> migrations) {
  Transaction transaction(connection);
  RETURN_IF_ERROR(transaction.begin());
  RETURN_IF_ERROR(check_encoding(connection));
  RETURN_IF_ERROR(lock_schema(connection));
  RETURN_IF_ERROR(make_schema(connection));
  RETURN_IF_ERROR(connection.execute(R"(
CREATE TABLE IF NOT EXISTS firstcome.schema_history(
  version integer PRIMARY KEY, name text NOT NULL, checksum bigint NOT NULL,
  applied_at timestamptz(3) NOT NULL DEFAULT now()))"));
  ASSIGN_OR_RETURN(auto rows, history(connection));
  ASSIGN_OR_RETURN(auto have, count_applied(connection, rows.value(), migrations));
  for (const Migration& migration : migrations.subspan(have)) {
    RETURN_IF_ERROR(connection.execute(std::string(migration.sql).c_str()));
    RETURN_IF_ERROR(note(connection, migration));
  }
  RETURN_IF_ERROR(transaction.commit());
  return migrations.size() - have;
}

Status check_migrated(DatabaseConnection& connection, std::span<const Migration> migrations) {
  RETURN_IF_ERROR(connection.ensure());
  ASSIGN_OR_RETURN(auto rows, history(connection));
  if (!rows.has_value()) {
    return permanent(connection, "there are no tables of firstcome yet.")
        .with_hint("Create them with `firstcome store migrate`.");
  }
  ASSIGN_OR_RETURN(const auto have, count_applied(connection, rows.value(), migrations));
  if (have == migrations.size()) return Done{};
  return permanent(connection, fmt::format("its tables have version {}, but this program needs version {}.",
                                           have, migrations.size()))
      .with_hint("Update them with `firstcome store migrate`.");
}

}  // namespace firstcome::postgres
