#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "journal/sqlite/append_queue.h"
#include "journal/sqlite/append_trouble.h"
#include "journal/sqlite/batch_file.h"
#include "journal/sqlite/recent_batches.h"
#include "journal/sqlite/sqlite_journal.h"

namespace firstcome::journal {

/// The only thread that writes: takes all queued records, commits them in one transaction, publishes them to
/// the followers, then acknowledges them. If the file fails, it opens the file again, with backoff; until
/// then it acknowledges queued records as NotPersisted. append_trouble() is set until a commit succeeds; if
/// no record is appended, the thread tries a commit itself.
class CommitThread {
 public:
  CommitThread(std::string path, const SqliteJournalSettings& settings, BatchFile file,
               std::vector<PartitionEnd> ends, AppendQueue& queue,
               std::vector<std::unique_ptr<RecentBatches>>& recent);
  /// Commits queued records, then ends.
  ~CommitThread() { finish(); }

  /// See SqliteJournal::begin_run.
  Result<Incarnations> begin_run();
  /// Any thread. Without a guard every time is accepted.
  void guard_clock(ClockGuard guard);
  [[nodiscard]] std::string append_trouble() const { return trouble_.reason(); }
  /// Commits queued records. Call after the last append.
  void finish();
  /// Call after finish(), when all other connections are closed: removes the WAL file.
  void close_file();

 private:
  struct Commit {
    std::vector<BatchPointer> batches;  ///< in the order of the pending batches for Requests
    std::vector<DeadLetters> dead_letters;
    std::vector<std::optional<PartitionEnd>> moved;
  };

  void run();
  /// `taken`: the time at which the records left the queue.
  void commit(Pending& pending, Instant taken);
  Commit prepare(Pending& pending, Timestamp now);
  void publish(const Commit& commit);
  void acknowledge(const Pending& pending, const Commit& commit);
  void count(const Pending& pending, Instant taken);
  void count_unacknowledged();
  void fail(const Pending& pending, AppendOutcome outcome);
  AppendOutcome read_back();
  /// Why no record may get this time; empty if it may.
  std::string clock_problem(Timestamp now);
  /// Tests without a record if a commit would succeed now, and clears the trouble.
  void probe();
  void note(const Receipt& receipt, AppendOutcome outcome, std::optional<Offset> offset);
  void notify(const Pending& pending);
  void recover(const Error& why);
  void fail_appends_until(Instant until);
  Status reopen();
  void report(const Error& error) const;
  Timestamp wall_clock() const;

  const std::string path_;
  const SqliteJournalSettings settings_;
  const std::string identity_;
  std::optional<BatchFile> file_;
  std::vector<PartitionEnd> ends_;
  AppendQueue& queue_;
  std::vector<std::unique_ptr<RecentBatches>>& recent_;  ///< by partition
  std::vector<Sender*> to_notify_;
  milliseconds backoff_{0};
  AppendTrouble trouble_;
  std::mutex guard_mutex_;
  ClockGuard clock_guard_;  // guarded by guard_mutex_
  std::thread thread_;      // the last member: starts after all others are initialized
};

}  // namespace firstcome::journal
