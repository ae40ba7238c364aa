#include "journal/sqlite/sqlite_journal_reader.h"

#include <algorithm>
#include <deque>
#include <mutex>

#include "journal/sqlite/batch_fetch.h"
#include "journal/sqlite/batch_reader.h"
#include "journal/sqlite/file_lock.h"
#include "journal/sqlite/meta.h"
#include "sqlite/open_mark.h"
#include "sqlite/sqlite_migrations.h"

namespace firstcome::sql {
std::span<const Migration> journal_migrations();  // sql/sqlite/journal, compiled in
}

namespace firstcome::journal {
namespace {

using sqlite::Statement;

class FileFollower : public Follower {
 public:
  FileFollower(JournalReader& journal, BatchReader reader, Partition partition, Offset from, Offset end)
      : journal_(journal), reader_(std::move(reader)), partition_(partition), position_(from), end_(end) {}

  Result<Fetch> poll(milliseconds) override {
    if (position_ >= end_) {
      ASSIGN_OR_RETURN(auto bounds, journal_.bounds(partition_));
      end_ = bounds.end;
    }
    ASSIGN_OR_RETURN(auto batches, reader_.read(partition_, position_, end_));
    return fetch_of(std::move(batches), position_, end_);
  }

 private:
  JournalReader& journal_;
  BatchReader reader_;
  const Partition partition_;
  Offset position_;
  Offset end_;
};

/// A row of dead_letter; owns the memory for the views of its record.
struct Letter {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::string header_bytes;
  std::vector<Header> headers;
};

std::optional<std::string> maybe_bytes(const Statement& row, int column) {
  return row.null(column) ? std::nullopt : std::optional(std::string(row.blob(column)));
}

class JournalFile : public SqliteJournalReader {
 public:
  JournalFile(std::string path, milliseconds busy_timeout, Meta meta, sqlite::Database database,
              BatchReader reader)
      : path_(std::move(path)),
        busy_timeout_(busy_timeout),
        meta_(std::move(meta)),
        database_(std::move(database)),
        reader_(std::move(reader)) {}

  std::string identity() override { return meta_.identity; }
  std::int32_t partitions() override { return meta_.partitions; }
  [[nodiscard]] const Incarnations& incarnations() const override { return meta_.incarnations; }

  Result<Bounds> bounds(Partition partition) override {
    RETURN_IF_ERROR(check_partition(path_, partition, meta_.partitions));
    const std::lock_guard lock(mutex_);
    // Read the end first, so that the start cannot be after it.
    ASSIGN_OR_RETURN(auto ends, read_ends(database_, meta_.partitions));
    const Offset end = ends.at(static_cast<std::size_t>(partition)).next_offset;
    ASSIGN_OR_RETURN(auto start, reader_.start(partition));
    return Bounds{std::min(start.value_or(end), end), end};
  }

  Result<std::unique_ptr<Follower>> follow(Partition partition, Offset from) override {
    ASSIGN_OR_RETURN(auto held, bounds(partition));
    RETURN_IF_ERROR(check_within(held, path_, partition, from));
    ASSIGN_OR_RETURN(auto reader, BatchReader::open(path_, busy_timeout_, sqlite::Access::Observe));
    return std::unique_ptr<Follower>(
        std::make_unique<FileFollower>(*this, std::move(reader), partition, from, held.end));
  }

  Result<Fetch> dead_letters(Offset after) override;
  Result<Bounds> dead_letter_bounds() override;

 private:
  const std::string path_;
  const milliseconds busy_timeout_;
  const Meta meta_;
  std::mutex mutex_;  // guards everything below
  sqlite::Database database_;
  BatchReader reader_;
};

Result<Fetch> JournalFile::dead_letters(Offset after) {
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(auto select, database_.prepare(R"(
    SELECT id, appended_at, key, value, headers FROM dead_letter WHERE id > ?1 ORDER BY id LIMIT ?2)"));
  select.bind(1, after);
  select.bind(2, kFetchRecords);
  auto letters = std::make_shared<std::deque<Letter>>();  // a deque, because its elements must not move
  Fetch fetch{.position = after, .memory = letters};
  for (;;) {
    const auto step = select.step();
    if (step == Statement::Step::Failed) return database_.error();
    if (step == Statement::Step::Done) break;
    const std::int64_t number = select.integer(0);
    Letter& letter = letters->emplace_back(Letter{maybe_bytes(select, 2), maybe_bytes(select, 3),
                                                  std::string(select.blob(4)), std::vector<Header>{}});
    if (!read_headers(letter.header_bytes, letter.headers)) {
      return Error::permanent("{}: dead letter {} has invalid headers: it was changed manually", path_,
                              number);
    }
    RawRecord& record = fetch.records.emplace_back();
    record.offset = fetch.position = number;
    record.timestamp = from_millis(select.integer(1));
    if (letter.key) record.key = *letter.key;
    if (letter.value) record.value = *letter.value;
    record.headers = letter.headers;
  }
  fetch.at_end = static_cast<std::int64_t>(fetch.records.size()) < kFetchRecords;
  return fetch;
}

Result<Bounds> JournalFile::dead_letter_bounds() {
  const std::lock_guard lock(mutex_);
  ASSIGN_OR_RETURN(
      auto select,
      database_.prepare("SELECT coalesce(min(id), 1), coalesce(max(id), 0) + 1 FROM dead_letter"));
  if (select.step() != Statement::Step::Row) return database_.error();
  return Bounds{select.integer(0), select.integer(1)};
}

class LetterFollower : public Follower {
 public:
  LetterFollower(SqliteJournalReader& journal, Offset from) : journal_(journal), position_(from) {}
  Result<Fetch> poll(milliseconds) override {
    ASSIGN_OR_RETURN(auto fetch, journal_.dead_letters(position_ - 1));
    position_ = ++fetch.position;
    return fetch;
  }

 private:
  SqliteJournalReader& journal_;
  Offset position_;
};

class LettersOfFile : public JournalReader {
 public:
  explicit LettersOfFile(std::unique_ptr<SqliteJournalReader> journal) : journal_(std::move(journal)) {}
  std::string identity() override { return journal_->identity(); }
  std::int32_t partitions() override { return 1; }
  Result<Bounds> bounds(Partition) override { return journal_->dead_letter_bounds(); }
  Result<std::unique_ptr<Follower>> follow(Partition, Offset from) override {
    return std::unique_ptr<Follower>(std::make_unique<LetterFollower>(*journal_, from));
  }

 private:
  const std::unique_ptr<SqliteJournalReader> journal_;
};

}  // namespace

Result<std::unique_ptr<JournalReader>> read_sqlite_dead_letters(const std::string& path,
                                                                milliseconds busy_timeout) {
  ASSIGN_OR_RETURN(auto journal, read_sqlite_journal(path, busy_timeout));
  return std::unique_ptr<JournalReader>(std::make_unique<LettersOfFile>(std::move(journal)));
}

Status drop_sqlite_dead_letters(const std::string& path, Offset end, milliseconds busy_timeout) {
  ASSIGN_OR_RETURN(auto lock, FileLock::take(path + ".lock", path));
  RETURN_IF_ERROR(sqlite::check_log_exists(path));
  ASSIGN_OR_RETURN(auto database, sqlite::Database::open(path, sqlite::Access::ReadWrite, busy_timeout));
  auto remove = database.prepare("DELETE FROM dead_letter WHERE id < ?1");
  if (!remove.ok()) return remove.error();
  remove->bind(1, end);
  if (!remove->run()) return database.error();
  remove = Statement();  // an open statement prevents the removal of the WAL file
  return sqlite::leave_as_found(database);
}

Result<std::unique_ptr<SqliteJournalReader>> read_sqlite_journal(const std::string& path,
                                                                 milliseconds busy_timeout) {
  RETURN_IF_ERROR(sqlite::check_log_exists(path));
  ASSIGN_OR_RETURN(auto database, sqlite::Database::open(path, sqlite::Access::Observe, busy_timeout));
  RETURN_IF_ERROR(sqlite::check_migrated(database, sql::journal_migrations()));
  ASSIGN_OR_RETURN(auto meta, read_meta(database));
  ASSIGN_OR_RETURN(auto reader, BatchReader::open(path, busy_timeout, sqlite::Access::Observe));
  return std::unique_ptr<SqliteJournalReader>(std::make_unique<JournalFile>(
      path, busy_timeout, std::move(meta), std::move(database), std::move(reader)));
}

}  // namespace firstcome::journal
