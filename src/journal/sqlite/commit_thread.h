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

/// The one thread that writes: takes everything queued, commits it as one transaction, hands the records to
/// the followers, then tells the senders. When the file fails it opens it again, with backoff; until that
/// works, what is queued is told NotPersisted. Until a commit succeeds again there is an append_trouble(),
/// and the thread tries one by itself while nobody appends.
class CommitThread {
 public:
  CommitThread(std::string path, const SqliteJournalSettings& settings, BatchFile file,
               std::vector<PartitionEnd> ends, AppendQueue& queue,
               std::vector<std::unique_ptr<RecentBatches>>& recent);
  /// Commits what is queued, then ends.
  ~CommitThread() { finish(); }

  /// Before anything is appended. See SqliteJournal::begin_run.
  Result<Incarnations> begin_run();
  /// Any thread. None: any time is taken.
  void guard_clock(ClockGuard guard);
  [[nodiscard]] std::string append_trouble() const { return trouble_.reason(); }
  /// Commits what is queued; nothing is appended any more.
  void finish();
  /// After finish(), and when no other connection is left: the file is whole without a log.
  void close_file();

 private:
  struct Commit {
    std::vector<BatchPointer> batches;  ///< in the order of the pending ones for Requests
    std::vector<DeadLetters> dead_letters;
    std::vector<std::optional<PartitionEnd>> moved;
  };

  void run();
  /// `taken`: when.
  void commit(Pending& pending, Instant taken);
  Commit prepare(Pending& pending, Timestamp now);
  void publish(const Commit& commit);
  void acknowledge(const Pending& pending, const Commit& commit);
  void count(const Pending& pending, Instant taken);
  void count_unacknowledged();
  void lose(const Pending& pending, AppendOutcome outcome);
  AppendOutcome read_back();
  /// Why no record may get this time; empty: it may.
  std::string why_not_at(Timestamp now);
  /// Without a record: would a commit succeed now?
  void probe();
  void note(const Receipt& receipt, AppendOutcome outcome, std::optional<Offset> offset);
  void tell(const Pending& pending);
  void recover(const Error& why);
  void lose_what_comes_until(Instant until);
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
  std::vector<Sender*> to_tell_;
  milliseconds backoff_{0};
  AppendTrouble trouble_;
  std::mutex guard_mutex_;
  ClockGuard clock_guard_;  // guarded by guard_mutex_
  std::thread thread_;      // last: started when everything above stands
};

}  // namespace firstcome::journal
