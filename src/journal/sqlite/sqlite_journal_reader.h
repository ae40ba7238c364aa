#pragma once

#include <memory>
#include <string>

#include "domain/incarnations.h"
#include "journal/journal.h"

namespace firstcome::journal {

/// The file of a journal, read only: takes no lock, changes nothing and creates no file, also while a server
/// uses the journal. Its followers do not wait: a poll returns committed records.
class SqliteJournalReader : public JournalReader {
 public:
  /// The dead letters with a number higher than `after` (0: all), at most the size of one fetch. Their
  /// offsets are their numbers, for all partitions.
  virtual Result<Fetch> dead_letters(Offset after) = 0;
  [[nodiscard]] virtual const Incarnations& incarnations() const = 0;
  /// The lowest of these numbers, and the highest plus one.
  virtual Result<Bounds> dead_letter_bounds() = 0;
};

/// See sqlite::FileSeen for a server that starts meanwhile.
Result<std::unique_ptr<SqliteJournalReader>> read_sqlite_journal(const std::string& path,
                                                                 milliseconds busy_timeout = milliseconds{
                                                                     1000});

/// The dead letters of a file as a journal with one partition, whose offsets are their numbers.
Result<std::unique_ptr<JournalReader>> read_sqlite_dead_letters(const std::string& path,
                                                                milliseconds busy_timeout = milliseconds{
                                                                    1000});

/// Removes the dead letters with a number below `end`. Fails while another process uses the journal.
Status drop_sqlite_dead_letters(const std::string& path, Offset end,
                                milliseconds busy_timeout = milliseconds{1000});

}  // namespace firstcome::journal
