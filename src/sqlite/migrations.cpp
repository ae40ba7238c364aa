#include "sqlite/migrations.h"

#include <chrono>
#include <vector>

namespace firstcome::sqlite {
namespace {

Status note(Database& database, const Migration& migration) {
  auto insert = database.prepare(
      "INSERT INTO schema_history(version, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)");
  if (!insert.ok()) return insert.error();
  insert->bind(1, std::int64_t{migration.version});
  insert->bind_text(2, migration.name);
  insert->bind(3, sql::checksum(migration));
  insert->bind(4, to_millis(std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now())));
  if (!insert->run()) return database.error();
  return Done{};
}

/// How many of `migrations` the file has already, or why it cannot be used.
Result<std::size_t> applied(Database& database, std::span<const Migration> migrations) {
  auto rows = database.prepare("SELECT version, checksum FROM schema_history ORDER BY version");
  if (!rows.ok()) return rows.error();
  std::vector<sql::AppliedMigration> history;
  for (;;) {
    const auto step = rows->step();
    if (step == Statement::Step::Failed) return database.error();
    if (step == Statement::Step::Done) break;
    history.push_back({rows->integer(0), rows->integer(1)});
  }
  return sql::count_applied(history, migrations, {database.path(), "another data folder"});
}

}  // namespace

Status migrate(Database& database, std::span<const Migration> migrations) {
  Transaction transaction(database);
  if (auto begun = transaction.begin(Transaction::Kind::Write); !begun.ok()) return begun;
  auto made = database.execute(
      "CREATE TABLE IF NOT EXISTS schema_history("
      "version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum INTEGER NOT NULL, applied_at INTEGER NOT "
      "NULL"
      ") STRICT");
  if (!made.ok()) return made;
  auto have = applied(database, migrations);
  if (!have.ok()) return have.error();
  for (const Migration& migration : migrations.subspan(*have)) {
    if (auto run = database.execute(std::string(migration.sql)); !run.ok()) return run;
    if (auto noted = note(database, migration); !noted.ok()) return noted;
  }
  return transaction.commit();
}

Status check_migrated(Database& database, std::span<const Migration> migrations) {
  auto history = database.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'schema_history'");
  if (!history.ok()) return history.error();
  if (history->value_or(0) == 0) {
    return Error{Error::Kind::Permanent, database.path() +
                                             ": this is no file of firstcome; name another data "
                                             "folder"};
  }
  auto have = applied(database, migrations);
  if (!have.ok()) return have.error();
  if (*have == migrations.size()) return Done{};
  return Error{
      Error::Kind::Permanent,
      database.path() + ": its tables have version " + std::to_string(*have) +
          ", this program reads version " + std::to_string(migrations.size()) +
          ": it was written by an older firstcome; start this one's `firstcome serve` on the data once"};
}

}  // namespace firstcome::sqlite
