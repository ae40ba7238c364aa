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
  /// Fixed when the file is made (3 when nothing is said). Another number later is refused.
  std::optional<std::int32_t> partitions{};
  /// Most that waits to be committed; then try_append says no.
  std::size_t queue_bytes = 64UL * 1024 * 1024;
  std::size_t queue_records = 256UL * 1024;
  /// Newest records kept in memory for followers, a partition.
  std::size_t recent_bytes = 16UL * 1024 * 1024;
  /// A commit begins this long after the one before it at the earliest: a lone record is committed at once, a
  /// stream of them in groups. A commit costs the processor some 0.2 ms, however many records it has.
  std::chrono::microseconds commit_interval{1000};
  /// How long to wait for another program's lock on the file.
  milliseconds busy_timeout{1000};
  /// Told of trouble with the file, on the committing thread. The journal goes on by itself once it can.
  std::function<void(const Error&)> report{};
  /// Where it counts what it does; outlives the journal.
  Counters* counters = nullptr;
  /// The journal's wall clock; the system's when empty.
  std::function<Timestamp()> clock{};
};

/// A journal in a file that this process owns.
class SqliteJournal : public Journal {
 public:
  /// From here on this process writes: before that, opening it and closing it again changes nothing of a file
  /// that existed. Draws the incarnation of this run's tickets. Before anything is appended.
  virtual Result<Incarnations> begin_run() = 0;
  /// Is asked before a record gets a time that is more than kClockStepMost after the last one's. Any thread;
  /// when this returns, no earlier guard is asked any more.
  virtual void guard_clock(ClockGuard guard) = 0;
};

/// Opens the journal in the SQLite file `path`, and makes it when it is missing. A lock file beside it keeps
/// other processes out. Errors say what is wrong and what to do.
///
/// An append is durable when it is acknowledged: commits are synced (synchronous=FULL). A record over 1 MiB
/// (dead letters: 2 MiB) is taken and acknowledged NotPersisted. A dead letter's offset is its row id.
/// Destroying an appender waits until everything it took is settled and told; never do that on the sink's
/// thread. Destroying the journal commits what is queued first, and leaves everything in the file, without a
/// log beside it.
Result<std::unique_ptr<SqliteJournal>> open_sqlite_journal(const std::string& path,
                                                           const SqliteJournalSettings& settings = {});

}  // namespace firstcome::journal
