#include "journal/sqlite/sqlite_journal.h"

#include <algorithm>
#include <mutex>

#include "journal/sqlite/append_queue.h"
#include "journal/sqlite/batch_file.h"
#include "journal/sqlite/batch_follower.h"
#include "journal/sqlite/commit_thread.h"
#include "journal/sqlite/file_lock.h"
#include "sqlite/open_mark.h"

namespace firstcome::journal {
namespace {

template <class Port>
class QueueAppender : public Port {
 public:
  QueueAppender(AppendQueue& queue, AcknowledgementSink& sink, bool gapless)
      : queue_(queue), sender_{.sink = sink, .gapless = gapless} {}
  ~QueueAppender() override { queue_.wait_settled(sender_); }
  QueueAppender(const QueueAppender&) = delete;
  QueueAppender& operator=(const QueueAppender&) = delete;

  bool try_append(const Append& append) override { return queue_.push(sender_, append); }

 private:
  AppendQueue& queue_;
  Sender sender_;
};

class FileJournal : public SqliteJournal {
 public:
  FileJournal(std::string path, const SqliteJournalSettings& settings, FileLock lock, BatchFile file,
              std::vector<PartitionEnd> ends, BatchReader reader)
      : path_(std::move(path)),
        busy_timeout_(settings.busy_timeout),
        lock_(std::move(lock)),
        identity_(file.identity()),
        recent_(start_recent(ends, settings.recent_bytes)),
        reader_(std::move(reader)),
        queue_(file.partitions(), {settings.queue_bytes, settings.queue_records}),
        thread_(path_, settings, std::move(file), std::move(ends), queue_, recent_) {}
  /// The writing connection closes last, because only the last connection can remove the WAL file.
  ~FileJournal() override {
    thread_.finish();
    reader_.reset();
    thread_.close_file();
  }
  FileJournal(const FileJournal&) = delete;
  FileJournal& operator=(const FileJournal&) = delete;

  Result<Incarnations> begin_run() override { return thread_.begin_run(); }
  void guard_clock(ClockGuard guard) override { thread_.guard_clock(std::move(guard)); }
  std::string append_trouble(Partition) override { return thread_.append_trouble(); }
  std::string identity() override { return identity_; }
  std::int32_t partitions() override { return static_cast<std::int32_t>(recent_.size()); }

  Result<Bounds> bounds(Partition partition) override {
    RETURN_IF_ERROR(check_partition(path_, partition, partitions()));
    // Read the end first, so that the start cannot be after it.
    const Offset end = recent_[static_cast<std::size_t>(partition)]->end();
    const std::lock_guard lock(reader_mutex_);
    ASSIGN_OR_RETURN(auto start, reader_->start(partition));
    return Bounds{std::min(start.value_or(end), end), end};
  }

  Result<std::unique_ptr<Follower>> follow(Partition partition, Offset from) override {
    ASSIGN_OR_RETURN(auto held, bounds(partition));
    RETURN_IF_ERROR(check_within(held, path_, partition, from));
    return std::unique_ptr<Follower>(std::make_unique<BatchFollower>(
        path_, busy_timeout_, *recent_[static_cast<std::size_t>(partition)], partition, from));
  }

  std::unique_ptr<Appender> make_appender(AcknowledgementSink& sink) override {
    return std::make_unique<QueueAppender<Appender>>(queue_, sink, false);
  }
  std::unique_ptr<GaplessAppender> make_gapless_appender(AcknowledgementSink& sink) override {
    return std::make_unique<QueueAppender<GaplessAppender>>(queue_, sink, true);
  }

 private:
  static std::vector<std::unique_ptr<RecentBatches>> start_recent(const std::vector<PartitionEnd>& ends,
                                                                  std::size_t bytes_limit) {
    std::vector<std::unique_ptr<RecentBatches>> recent;
    for (const PartitionEnd& end : ends) {
      recent.push_back(std::make_unique<RecentBatches>(bytes_limit));
      recent.back()->restart(end.next_offset);
    }
    return recent;
  }

  const std::string path_;
  const milliseconds busy_timeout_;
  const FileLock lock_;
  const std::string identity_;
  std::vector<std::unique_ptr<RecentBatches>> recent_;  ///< by partition; the vector never changes
  std::mutex reader_mutex_;
  std::optional<BatchReader> reader_;  // guarded by reader_mutex_; set until the destructor
  AppendQueue queue_;
  CommitThread thread_;  // the last member: it uses the others
};

}  // namespace

Result<std::unique_ptr<SqliteJournal>> open_sqlite_journal(const std::string& path,
                                                           const SqliteJournalSettings& settings) {
  ASSIGN_OR_RETURN(auto lock, FileLock::take(path + ".lock", path));
  RETURN_IF_ERROR(sqlite::check_log_exists(path));
  ASSIGN_OR_RETURN(auto file,
                   BatchFile::open(path, sqlite::Access::Create, settings.partitions, settings.busy_timeout));
  ASSIGN_OR_RETURN(auto ends, file.ends());
  ASSIGN_OR_RETURN(auto reader, BatchReader::open(path, settings.busy_timeout));
  return std::unique_ptr<SqliteJournal>(std::make_unique<FileJournal>(
      path, settings, std::move(lock), std::move(file), std::move(ends), std::move(reader)));
}

}  // namespace firstcome::journal
