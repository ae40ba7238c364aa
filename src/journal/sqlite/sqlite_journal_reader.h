#pragma once

#include <memory>
#include <string>

#include "domain/incarnations.h"
#include "journal/journal.h"

namespace firstcome::journal {

/// A journal's file, read only: no lock, nothing changed, nothing made beside it, whether a server has it
/// open or not. Its followers do not wait: a poll brings what is committed.
class SqliteJournalReader : public JournalReader {
 public:
  /// The dead letters behind the one numbered `after` (0: from the first), as many as one fetch takes. Their
  /// offsets are their numbers, whatever partition they came from.
  virtual Result<Fetch> dead_letters(Offset after) = 0;
  [[nodiscard]] virtual const Incarnations& incarnations() const = 0;
  /// The lowest of these numbers, and one past the highest.
  virtual Result<Bounds> dead_letter_bounds() = 0;
};

/// Errors say what is wrong with the file and what to do. See sqlite::FileSeen for a server that starts
/// meanwhile.
Result<std::unique_ptr<SqliteJournalReader>> read_sqlite_journal(const std::string& path,
                                                                 milliseconds busy_timeout = milliseconds{
                                                                     1000});

/// The dead letters of such a file, as a journal of one partition whose offsets are their numbers.
Result<std::unique_ptr<JournalReader>> read_sqlite_dead_letters(const std::string& path,
                                                                milliseconds busy_timeout = milliseconds{
                                                                    1000});

/// Removes the dead letters numbered below `end`. Refuses, in words, while another process has the journal.
Status drop_sqlite_dead_letters(const std::string& path, Offset end,
                                milliseconds busy_timeout = milliseconds{1000});

}  // namespace firstcome::journal
