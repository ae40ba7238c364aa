#pragma once

#include <string>

#include "sqlite/database.h"

/// The newest rows of a database in WAL mode are in the log (the file with the suffix -wal) until a
/// checkpoint copies them. A copy of the database file alone does not have them, and SQLite does not detect
/// this. Therefore the database file has a mark that a writer has it open (PRAGMA user_version: 1 open, 0
/// closed). Only a close that copied all rows clears it.
namespace firstcome::sqlite {

/// Fails if the file is marked as open and its log is missing. Call it before a writer opens the file,
/// because that creates a log. Changes nothing. Succeeds if the file does not exist.
Status check_log_exists(const std::string& path);

/// True if the file is marked as open. Does not read the log.
bool is_marked_open(const std::string& path);

/// Marks the file as open. Its owner calls this before it writes.
Status mark_open(Database& database);

/// For the owner, on its last connection: copies the log into the file, clears the mark, and lets the
/// destructor of the connection remove the log. If this fails, the mark remains.
Status close_completely(Database& database);

/// For a program that wrote into a file of another owner: removes the log if the file is marked as closed;
/// otherwise does nothing.
Status leave_as_found(Database& database);

}  // namespace firstcome::sqlite
