#include "sqlite/open_mark.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace firstcome::sqlite {
namespace {

/// https://www.sqlite.org/fileformat.html, the database header: user_version is a big-endian u32 at 60.
constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::size_t kUserVersionEnd = 64;

/// Moves all of the log into the file and empties the log.
Status empty_log(Database& database) {
  ASSIGN_OR_RETURN(auto checkpoint, database.prepare("PRAGMA wal_checkpoint(TRUNCATE)"));
  if (checkpoint.step() != Statement::Step::Row) return database.error();
  if (checkpoint.integer(0) == 0) return Done{};
  return Error::retryable(database.path() + ": another program is reading it, so its log " + database.path() +
                          "-wal stays beside it; a copy needs both files");
}

}  // namespace

bool says_open(const std::string& path) {
  std::array<char, kUserVersionEnd> header{};
  std::ifstream file(path, std::ios::binary);
  if (!file.read(header.data(), header.size())) return false;
  return std::string_view(header.data(), kMagic.size()) == kMagic && header.back() == 1;
}

Status check_log_is_there(const std::string& path) {
  std::error_code unreadable;  // then opening the file fails, with words
  if (!says_open(path) || std::filesystem::exists(path + "-wal", unreadable) || unreadable) return Done{};
  return Error::permanent(
      path + " was not closed by the program that wrote it, and its log " + path +
      "-wal is missing: the newest records are in that log. Nothing was changed. Put the log "
      "beside the file, or restore the whole folder from one backup. If another SQLite program "
      "has opened the file since (it moves the log into the file and removes it), mark the file "
      "as closed: sqlite3 " +
      path + " 'PRAGMA user_version = 0'");
}

Status mark_open(Database& database) {
  if (says_open(database.path())) return Done{};
  RETURN_IF_ERROR(database.execute("PRAGMA user_version = 1"));
  // As much as readers allow, which is all that was committed before they began.
  RETURN_IF_ERROR(database.execute("PRAGMA wal_checkpoint(FULL)"));
  if (says_open(database.path())) return Done{};
  return Error::retryable(database.path() +
                          ": another program reads it, so it could not be marked as open; try again");
}

Status close_whole(Database& database) {
  RETURN_IF_ERROR(empty_log(database));
  RETURN_IF_ERROR(database.execute("PRAGMA user_version = 0"));
  RETURN_IF_ERROR(empty_log(database));
  database.remove_log_at_end();
  return Done{};
}

Status leave_as_found(Database& database) {
  if (says_open(database.path())) return Done{};
  RETURN_IF_ERROR(empty_log(database));
  database.remove_log_at_end();
  return Done{};
}

}  // namespace firstcome::sqlite
