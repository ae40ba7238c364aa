#pragma once

#include <string>

#include "sqlite/database.h"

/// A file in WAL mode keeps its newest rows in the log beside it until they are moved into the file. A copy
/// of the file alone lacks them, and SQLite does not notice. Therefore the file itself says if a writer has
/// it open (PRAGMA user_version: 1 open, 0 closed), and only the closing that moved everything clears the
/// mark.
namespace firstcome::sqlite {

/// Refuses a file that says it is open and has no log beside it. Call it before the file is opened to write,
/// which makes a log. Changes nothing. A file that does not exist is fine.
Status check_log_is_there(const std::string& path);

/// Does the file itself say that it is open? The log is not read.
bool says_open(const std::string& path);

/// Marks the file as open, in the file itself. Its owner calls this before it writes.
Status mark_open(Database& database);

/// For the owner, on its last connection: moves the log into the file, clears the mark, and lets the end of
/// this connection remove the log. The error says what kept the log; then the mark stays.
Status close_whole(Database& database);

/// For a program that wrote into a file whose owner it is not: leaves a closed file without a log, and leaves
/// an open one to its owner.
Status leave_as_found(Database& database);

}  // namespace firstcome::sqlite
