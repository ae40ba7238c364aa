#include "sqlite/migrations.h"

#include <boost/crc.hpp>
#include <chrono>

namespace firstcome::sqlite {
namespace {

std::int64_t checksum(const Migration& migration) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;  // CRC-32C
  crc.process_bytes(migration.sql.data(), migration.sql.size());
  return crc.checksum();
}

Status note(Database& database, const Migration& migration) {
  auto insert = database.prepare(
      "INSERT INTO schema_history(version, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)");
  if (!insert.ok()) return insert.error();
  insert->bind(1, std::int64_t{migration.version});
  insert->bind_text(2, migration.name);
  insert->bind(3, checksum(migration));
  insert->bind(4, to_millis(std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now())));
  if (!insert->run()) return database.error();
  return Done{};
}

/// How many of `migrations` the file has already, or why it cannot be used.
Result<std::size_t> applied(Database& database, std::span<const Migration> migrations) {
  auto rows = database.prepare("SELECT version, checksum FROM schema_history ORDER BY version");
  if (!rows.ok()) return rows.error();
  std::size_t count = 0;
  for (;; ++count) {
    const auto step = rows->step();
    if (step == Statement::Step::Failed) return database.error();
    if (step == Statement::Step::Done) return count;
    const std::int64_t version = rows->integer(0);
    if (count >= migrations.size()) {
      return Error{Error::Kind::Permanent,
                   database.path() + ": its tables have version " + std::to_string(version) +
                       ", this program knows up to " + std::to_string(migrations.size()) +
                       ": it was written by a newer firstcome; run that one, or name another data folder"};
    }
    const Migration& known = migrations[count];
    if (version != known.version || rows->integer(1) != checksum(known)) {
      return Error{Error::Kind::Permanent,
                   database.path() + ": its tables were made by another V" + std::to_string(version) +
                       " than this program's (" + std::string(known.name) +
                       "): run the firstcome that made them, or name another data folder"};
    }
  }
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
