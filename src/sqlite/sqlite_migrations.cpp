#include "sqlite/sqlite_migrations.h"

#include <chrono>
#include <vector>

namespace firstcome::sqlite {
namespace {

Status note(Database& database, const Migration& migration) {
  ASSIGN_OR_RETURN(auto insert, database.prepare(R"(
    INSERT INTO schema_history(version, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4))"));
  insert.bind(1, std::int64_t{migration.version});
  insert.bind_text(2, migration.name);
  insert.bind(3, sql::checksum(migration));
  insert.bind(4, to_millis(std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now())));
  if (!insert.run()) return database.error();
  return Done{};
}

/// The number of `migrations` that the file has. Fails if the file cannot be used.
Result<std::size_t> applied(Database& database, std::span<const Migration> migrations) {
  ASSIGN_OR_RETURN(auto rows,
                   database.prepare("SELECT version, checksum FROM schema_history ORDER BY version"));
  std::vector<sql::AppliedMigration> history;
  for (;;) {
    const auto step = rows.step();
    if (step == Statement::Step::Failed) return database.error();
    if (step == Statement::Step::Done) break;
    history.push_back({rows.integer(0), rows.integer(1)});
  }
  return sql::count_applied(history, migrations, {database.path(), "another data folder"});
}

}  // namespace

Status migrate(Database& database, std::span<const Migration> migrations) {
  Transaction transaction(database);
  RETURN_IF_ERROR(transaction.begin(Transaction::Kind::Write));
  RETURN_IF_ERROR(database.execute(R"(
    CREATE TABLE IF NOT EXISTS schema_history(
      version    INTEGER PRIMARY KEY,
      name       TEXT NOT NULL,
      checksum   INTEGER NOT NULL,
      applied_at INTEGER NOT NULL
    ) STRICT)"));
  ASSIGN_OR_RETURN(auto have, applied(database, migrations));
  for (const Migration& migration : migrations.subspan(have)) {
    RETURN_IF_ERROR(database.execute(std::string(migration.sql)));
    RETURN_IF_ERROR(note(database, migration));
  }
  return transaction.commit();
}

Status check_migrated(Database& database, std::span<const Migration> migrations) {
  ASSIGN_OR_RETURN(auto history,
                   database.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'schema_history'"));
  if (history.value_or(0) == 0) {
    return Error::permanent("{}: this is not a file of firstcome.", database.path())
        .with_hint("Use another data folder.");
  }
  ASSIGN_OR_RETURN(const auto have, applied(database, migrations));
  if (have == migrations.size()) return Done{};
  return Error::permanent(
             "{}: its tables have version {}, but this program reads version {}: the file was written by an "
             "older firstcome.",
             database.path(), have, migrations.size())
      .with_hint("Start `firstcome serve` of this version on the data once.");
}

}  // namespace firstcome::sqlite
