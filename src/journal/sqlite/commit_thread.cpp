#include "journal/sqlite/commit_thread.h"

#include <pthread.h>

#include <algorithm>
#include <filesystem>

namespace firstcome::journal {
namespace {

constexpr milliseconds kFirstBackoff{10};
constexpr milliseconds kLongestBackoff{1000};
constexpr milliseconds kProbeEvery{250};
/// Free bytes that a full disk must have before it counts as usable again: the next commit may be that large.
constexpr std::uintmax_t kRoom = 2 * kBatchBytesLimit;

/// True also if the free space is unknown: then the next commit shows it.
bool has_room(const std::string& path) {
  std::error_code failed;
  const auto folder = std::filesystem::absolute(path, failed).parent_path();
  if (failed) return true;
  const auto room = std::filesystem::space(folder, failed);
  return failed || room.available >= kRoom;
}

}  // namespace

CommitThread::CommitThread(std::string path, const SqliteJournalSettings& settings, BatchFile file,
                           std::vector<PartitionEnd> ends, AppendQueue& queue,
                           std::vector<std::unique_ptr<RecentBatches>>& recent)
    : path_(std::move(path)),
      settings_(settings),
      identity_(file.identity()),
      file_(std::move(file)),
      ends_(std::move(ends)),
      queue_(queue),
      recent_(recent),
      thread_([this] { run(); }) {}

Result<Incarnations> CommitThread::begin_run() {
  RETURN_IF_ERROR(file_->own());
  RETURN_IF_ERROR(file_->settle());
  RETURN_IF_ERROR(file_->begin_incarnation());
  return file_->incarnations();
}

void CommitThread::finish() {
  queue_.stop();
  if (thread_.joinable()) thread_.join();
}

void CommitThread::close_file() {
  if (!file_) return;  // reopen() failed and has reported it
  if (const Status closed = file_->close_completely(); !closed.ok()) report(closed.error());
  file_.reset();
}

void CommitThread::run() {
  pthread_setname_np(pthread_self(), "journal");
  for (;;) {
    const auto probe_at =
        trouble_.exists() ? std::optional(std::chrono::steady_clock::now() + kProbeEvery) : std::nullopt;
    Pending pending = queue_.take(probe_at);
    if (pending.empty()) {
      if (queue_.stopping()) return;
      probe();
      continue;
    }
    const Instant taken = std::chrono::steady_clock::now();
    count_unacknowledged();
    commit(pending, taken);
    count_unacknowledged();
  }
}

void CommitThread::commit(Pending& pending, Instant taken) {
  CHECK(file_.has_value());
  const Timestamp now = wall_clock();
  if (const std::string why = clock_problem(now); !why.empty()) {
    if (trouble_.begin(why)) report(Error::retryable(why));
    fail(pending, AppendOutcome::NotPersisted);
    return fail_appends_until(Instant{});  // records that were queued after the failed ones
  }
  Commit prepared = prepare(pending, now);
  BatchFile::Written written;
  if (!pending.batches.empty())
    written = file_->write(prepared.batches, prepared.moved, prepared.dead_letters);
  switch (written.outcome) {
    case BatchFile::CommitOutcome::Committed:
      backoff_ = milliseconds{0};
      trouble_.end();
      publish(prepared);
      acknowledge(pending, prepared);
      count(pending, taken);
      return;
    case BatchFile::CommitOutcome::RolledBack: fail(pending, AppendOutcome::NotPersisted); break;
    case BatchFile::CommitOutcome::Unknown: fail(pending, read_back()); break;
  }
  recover(written.error);
}

CommitThread::Commit CommitThread::prepare(Pending& pending, Timestamp now) {
  Commit commit;
  commit.moved.resize(ends_.size());
  for (PendingBatch& waiting : pending.batches) {
    const auto partition = static_cast<std::size_t>(waiting.partition);
    if (waiting.destination == Destination::DeadLetters) {
      commit.dead_letters.push_back({waiting.partition, now, waiting.records, waiting.receipts.size()});
      continue;
    }
    auto& end = commit.moved[partition];
    if (!end) end = ends_[partition];
    auto batch = std::make_shared<RecordBatch>();
    batch->partition = waiting.partition;
    batch->base_offset = end->next_offset;
    batch->record_count = static_cast<std::int64_t>(waiting.receipts.size());
    batch->appended_at = std::max(now, end->last_appended_at);
    batch->records = std::move(waiting.records);
    *end = {batch->end(), batch->appended_at};
    commit.batches.push_back(std::move(batch));
  }
  return commit;
}

void CommitThread::publish(const Commit& commit) {
  for (std::size_t partition = 0; partition < ends_.size(); ++partition) {
    if (commit.moved[partition]) ends_[partition] = *commit.moved[partition];
  }
  for (const BatchPointer& batch : commit.batches) {
    recent_[static_cast<std::size_t>(batch->partition)]->add(batch);
  }
}

void CommitThread::acknowledge(const Pending& pending, const Commit& commit) {
  auto batch = commit.batches.begin();
  auto letters = commit.dead_letters.begin();
  for (const PendingBatch& waiting : pending.batches) {
    const bool dead = waiting.destination == Destination::DeadLetters;
    for (std::size_t i = 0; i < waiting.receipts.size(); ++i) {
      const Offset offset = dead ? letters->ids[i] : (*batch)->base_offset + static_cast<Offset>(i);
      note(waiting.receipts[i], AppendOutcome::Appended, offset);
    }
    dead ? void(++letters) : void(++batch);
  }
  for (const Receipt& receipt : pending.refused) note(receipt, AppendOutcome::NotPersisted, std::nullopt);
  notify(pending);
}

void CommitThread::count_unacknowledged() {
  if (settings_.counters == nullptr) return;
  settings_.counters->unacknowledged.set(static_cast<std::int64_t>(queue_.held_records()));
}

void CommitThread::count(const Pending& pending, Instant taken) {
  if (settings_.counters == nullptr) return;
  const Instant acknowledged = std::chrono::steady_clock::now();
  settings_.counters->append.observe(acknowledged - pending.first_at, pending.records);
  settings_.counters->commit.observe(acknowledged - taken);
  settings_.counters->commit_records.observe(pending.records);
}

void CommitThread::fail(const Pending& pending, AppendOutcome outcome) {
  queue_.fail_senders(pending);
  for (const PendingBatch& waiting : pending.batches) {
    for (const Receipt& receipt : waiting.receipts) note(receipt, outcome, std::nullopt);
  }
  for (const Receipt& receipt : pending.refused) note(receipt, AppendOutcome::NotPersisted, std::nullopt);
  notify(pending);
}

/// The outcome of the records of a failed COMMIT. If only the sync failed, they may be complete in the WAL
/// file, although no connection sees them; the first start after a crash would read them. Only another commit
/// at the same position, with a sync, prevents that. Records that are visible now can still be lost in a
/// power failure.
AppendOutcome CommitThread::read_back() {
  const std::vector<PartitionEnd> before = ends_;
  const bool gone = reopen().ok() && ends_ == before && file_->write_over().ok();
  return gone ? AppendOutcome::NotPersisted : AppendOutcome::PossiblyPersisted;
}

void CommitThread::note(const Receipt& receipt, AppendOutcome outcome, std::optional<Offset> offset) {
  auto& ready = receipt.sender->ready;
  if (ready.empty()) to_notify_.push_back(receipt.sender);
  ready.push_back({receipt.token, outcome, offset});
}

void CommitThread::notify(const Pending& pending) {
  for (Sender* sender : to_notify_) sender->sink.acknowledged(sender->ready);
  queue_.settled(pending, to_notify_);
  to_notify_.clear();
}

void CommitThread::guard_clock(ClockGuard guard) {
  {
    const std::lock_guard lock(guard_mutex_);
    clock_guard_ = std::move(guard);
  }
  queue_.nudge();  // to report a wrong clock before the first request
}

std::string CommitThread::clock_problem(Timestamp now) {
  const auto newest = std::ranges::max_element(ends_, {}, &PartitionEnd::last_appended_at);
  const Timestamp last = newest->last_appended_at;
  if (last == Timestamp{} || now - last <= kClockStepMost) return {};
  const std::lock_guard lock(guard_mutex_);
  return clock_guard_ ? clock_guard_(last, now) : std::string{};
}

void CommitThread::probe() {
  if (const std::string why = clock_problem(wall_clock()); !why.empty()) {
    if (trouble_.begin(why)) report(Error::retryable(why));
    return;
  }
  if (!trouble_.exists() || !has_room(path_)) return;
  if (const Status written = file_->write_over(); !written.ok()) return recover(written.error());
  trouble_.end();
}

void CommitThread::recover(const Error& why) {
  trouble_.begin(why.message);
  report(why);
  fail_appends_until(Instant{});  // records that were queued after the failed ones
  for (;;) {
    // The first attempt is immediate.
    if (backoff_.count() > 0) fail_appends_until(std::chrono::steady_clock::now() + backoff_);
    backoff_ = std::clamp(2 * backoff_, kFirstBackoff, kLongestBackoff);
    const Status reopened = reopen();
    if (reopened.ok()) return;
    report(reopened.error());
    if (queue_.stopping()) return fail_appends_until(Instant{});
  }
}

void CommitThread::fail_appends_until(Instant until) {
  do {
    const Pending pending = queue_.take_lost(until);
    if (pending.empty()) return;  // `until` has passed, or the journal is stopping
    fail(pending, AppendOutcome::NotPersisted);
  } while (std::chrono::steady_clock::now() < until);
}

Status CommitThread::reopen() {
  file_.reset();
  ASSIGN_OR_RETURN(auto opened,
                   BatchFile::open(path_, sqlite::Access::ReadWrite, std::nullopt, settings_.busy_timeout));
  ASSIGN_OR_RETURN(auto ends, opened.ends());
  const auto is_behind = [](const PartitionEnd& now, const PartitionEnd& before) {
    return now.next_offset < before.next_offset;
  };
  if (opened.identity() != identity_ || ends.size() != ends_.size() ||
      !std::equal(ends.begin(), ends.end(), ends_.begin(), std::not_fn(is_behind))) {
    return Error::permanent(
        "{} was replaced while it was in use, by another journal or by an older copy. Stop firstcome and put "
        "the file back.",
        path_);
  }
  for (std::size_t partition = 0; partition < ends_.size(); ++partition) {
    // The failed COMMIT has taken effect: followers read its records from the file.
    if (is_behind(ends_[partition], ends[partition]))
      recent_[partition]->restart(ends[partition].next_offset);
  }
  RETURN_IF_ERROR(opened.own());
  ends_ = std::move(ends);
  file_.emplace(std::move(opened));
  return Done{};
}

void CommitThread::report(const Error& error) const {
  if (settings_.counters != nullptr) settings_.counters->errors.add(error);
  if (settings_.report) settings_.report(error);
}

Timestamp CommitThread::wall_clock() const {
  if (settings_.clock) return settings_.clock();
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

}  // namespace firstcome::journal
