#include "journal/sqlite/compact.h"

#include <filesystem>

#include "journal/sqlite/batch_file.h"
#include "journal/sqlite/batch_reader.h"
#include "journal/sqlite/file_lock.h"
#include "sqlite/open_mark.h"

namespace firstcome::journal {
namespace {

/// Rows of one transaction. The WAL file has all pages of a transaction, so a long one would make it large.
constexpr std::int64_t kRowsAtOnce = 10'000;

Status remove_before(sqlite::Database& file, Partition partition, Offset position) {
  ASSIGN_OR_RETURN(auto remove, file.prepare(R"(
    DELETE FROM record_batch
    WHERE number IN (SELECT number FROM record_batch
                     WHERE partition = ?1 AND base_offset < ?2 AND base_offset + record_count < ?2
                     ORDER BY base_offset LIMIT ?3))"));
  do {
    remove.bind(1, std::int64_t{partition});
    remove.bind(2, position);
    remove.bind(3, kRowsAtOnce);
    if (!remove.run()) return file.error();
  } while (file.changes() == kRowsAtOnce);
  return Done{};
}

/// Opens its own connection, because VACUUM fails on one with prepared statements.
Status shorten(const std::string& path, const std::vector<Offset>& positions, milliseconds busy_timeout) {
  ASSIGN_OR_RETURN(auto file, sqlite::Database::open(path, sqlite::Access::ReadWrite, busy_timeout));
  RETURN_IF_ERROR(sqlite::mark_open(file));
  for (std::size_t i = 0; i < positions.size(); ++i) {
    RETURN_IF_ERROR(remove_before(file, static_cast<Partition>(i), positions[i]));
  }
  RETURN_IF_ERROR(file.execute("VACUUM"));
  return sqlite::close_completely(file);
}

/// Checks the format, and that every partition has a position.
Status check_file(const std::string& path, std::size_t partitions, milliseconds busy_timeout) {
  ASSIGN_OR_RETURN(auto file, BatchFile::open(path, sqlite::Access::ReadWrite, std::nullopt, busy_timeout));
  if (static_cast<std::size_t>(file.partitions()) == partitions) return Done{};
  return Error::permanent(
      "{} has {} partitions, but the store has {} positions: they do not belong together.", path,
      file.partitions(), partitions);
}

}  // namespace

Result<Compacted> compact_sqlite_journal(const std::string& path, const std::vector<Offset>& positions,
                                         milliseconds busy_timeout) {
  ASSIGN_OR_RETURN(auto lock, FileLock::take(path + ".lock", path));
  RETURN_IF_ERROR(sqlite::check_log_exists(path));
  RETURN_IF_ERROR(check_file(path, positions.size(), busy_timeout));
  Compacted done{.bytes_before = std::filesystem::file_size(path)};
  RETURN_IF_ERROR(shorten(path, positions, busy_timeout));
  done.bytes_after = std::filesystem::file_size(path);
  ASSIGN_OR_RETURN(auto reader, BatchReader::open(path, busy_timeout, sqlite::Access::Observe));
  for (std::size_t i = 0; i < positions.size(); ++i) {
    ASSIGN_OR_RETURN(auto start, reader.start(static_cast<Partition>(i)));
    done.starts.push_back(start.value_or(positions[i]));
  }
  return done;
}

}  // namespace firstcome::journal
