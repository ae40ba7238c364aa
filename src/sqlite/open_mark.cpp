#include "sqlite/open_mark.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace firstcome::sqlite {
namespace {

/// https://www.sqlite.org/fileformat.html, database header: user_version is a big-endian u32 at offset 60.
constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::size_t kUserVersionEnd = 64;

/// Copies the complete log into the file and truncates the log.
Status empty_log(Database& database) {
  ASSIGN_OR_RETURN(auto checkpoint, database.prepare("PRAGMA wal_checkpoint(TRUNCATE)"));
  if (checkpoint.step() != Statement::Step::Row) return database.error();
  if (checkpoint.integer(0) == 0) return Done{};
  return Error::retryable(
      "{0}: another program reads the file, so its log {0}-wal remains. A copy needs both files.",
      database.path());
}

}  // namespace

bool is_marked_open(const std::string& path) {
  std::array<char, kUserVersionEnd> header{};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(header.data(), header.size())) return false;
  return std::string_view(header.data(), kMagic.size()) == kMagic && header.back() == 1;
}

Status check_log_exists(const std::string& path) {
  std::error_code unreadable;  // then opening the file fails
  if (!is_marked_open(path) || std::filesystem::exists(path + "-wal", unreadable) || unreadable)
    return Done{};
  return Error::permanent(
             "{0} was not closed by the program that wrote it, and its log {0}-wal is missing: the newest "
             "records are in that log. Nothing was changed.",
             path)
      .with_hint(fmt::format(
          "Put the log next to the file, or restore the whole folder from one backup. If another SQLite "
          "program has opened the file since (it copies the log into the file and removes it), mark the file "
          "as closed: sqlite3 {} 'PRAGMA user_version = 0'",
          path));
}

Status mark_open(Database& database) {
  if (is_marked_open(database.path())) return Done{};
  RETURN_IF_ERROR(database.execute("PRAGMA user_version = 1"));
  // Copies all that was committed before the oldest reader began.
  RETURN_IF_ERROR(database.execute("PRAGMA wal_checkpoint(FULL)"));
  if (is_marked_open(database.path())) return Done{};
  return Error::retryable("{}: cannot mark the file as open, because another program reads it. Try again.",
                          database.path());
}

Status close_completely(Database& database) {
  RETURN_IF_ERROR(empty_log(database));
  RETURN_IF_ERROR(database.execute("PRAGMA user_version = 0"));
  RETURN_IF_ERROR(empty_log(database));
  database.remove_log_at_end();
  return Done{};
}

Status leave_as_found(Database& database) {
  if (is_marked_open(database.path())) return Done{};
  RETURN_IF_ERROR(empty_log(database));
  database.remove_log_at_end();
  return Done{};
}

}  // namespace firstcome::sqlite
