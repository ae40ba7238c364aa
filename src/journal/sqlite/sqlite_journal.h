#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "domain/incarnations.h"
#include "journal/counters.h"
#include "journal/journal.h"
#include "journal/sqlite/append_trouble.h"

namespace firstcome::journal {

struct SqliteJournalSettings {
  /// Number of partitions of a new file (default 3). An existing file must have this number.
  std::optional<std::int32_t> partitions{};
  /// Limits of the queue; try_append returns false above them.
  std::size_t queue_bytes = 64UL * 1024 * 1024;
  std::size_t queue_records = 256UL * 1024;
  /// Bytes of the newest records in memory for followers, for each partition.
  std::size_t recent_bytes = 16UL * 1024 * 1024;
  /// Maximum wait for the lock of another program on the file.
  milliseconds busy_timeout{1000};
  /// Called with errors of the file, on the commit thread. The journal continues by itself as soon as it can.
  std::function<void(const Error&)> report{};
  /// Metrics; must outlive the journal.
  Counters* counters = nullptr;
  /// The wall clock of the journal; default: the system's clock.
  std::function<Timestamp()> clock{};
};

/// A journal in a file that this process owns.
class SqliteJournal : public Journal {
 public:
  /// Call before the first append. From now on this process writes; without this call, an open and a close do
  /// not change an existing file. Draws the incarnation for the tickets of this run.
  virtual Result<Incarnations> begin_run() = 0;
  /// The guard is called before a record gets a time that is more than kClockStepMost after the last record.
  /// Any thread. After this returns, the previous guard is not called any more.
  virtual void guard_clock(ClockGuard guard) = 0;
};

/// Opens or creates the journal in the SQLite file `path`. A lock file next to it excludes other processes.
///
/// An acknowledged record is durable: commits are synced (synchronous=FULL). A record longer than 1 MiB (dead
/// letters: 2 MiB) is acknowledged as NotPersisted. The offset of a dead letter is its row id. The destructor
/// of an appender waits until all its records are settled and acknowledged; never call it on the thread of
/// the sink. The destructor of the journal commits queued records, leaves all data in the file and removes
/// the WAL file.
Result<std::unique_ptr<SqliteJournal>> open_sqlite_journal(const std::string& path,
                                                           const SqliteJournalSettings& settings = {});

}  // namespace firstcome::journal
