#include "journal/sqlite/batch_file.h"

#include <charconv>

#include "journal/sqlite/identity.h"
#include "sqlite/migrations.h"

namespace firstcome::sqlite {
std::span<const Migration> journal_migrations();  // sql/sqlite/journal, compiled in
}

namespace firstcome::journal {
namespace {

constexpr std::int32_t kFormat = 1;
constexpr std::int32_t kDefaultPartitions = 3;
constexpr std::int32_t kMostPartitions = 1024;

/// The log is longer than usual before it is copied back: the ends of tables and index change with every
/// commit and are then copied once.
constexpr const char* kPragmas =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA wal_autocheckpoint = 4000;"
    "PRAGMA cache_size = -16384;";

std::int32_t number(const std::string& text) {
  std::int32_t parsed = -1;
  std::from_chars(text.data(), text.data() + text.size(), parsed);
  return parsed;
}

Error permanent(std::string message) { return {Error::Kind::Permanent, std::move(message)}; }

}  // namespace

Result<BatchFile> BatchFile::open(const std::string& path, sqlite::Access access,
                                  std::optional<std::int32_t> partitions, milliseconds busy_timeout) {
  auto database = sqlite::Database::open(path, access, busy_timeout);
  if (!database.ok()) return database.error();
  BatchFile file(std::move(*database));
  if (auto ready = file.set_up(partitions); !ready.ok()) return ready.error();
  return file;
}

Status BatchFile::set_up(std::optional<std::int32_t> partitions) {
  if (auto set = database_.execute(kPragmas); !set.ok()) return set;
  if (auto migrated = sqlite::migrate(database_, sqlite::journal_migrations()); !migrated.ok())
    return migrated;
  auto rows = database_.integer("SELECT count(*) FROM meta");
  if (!rows.ok()) return rows.error();
  if (rows->value_or(0) == 0) {
    if (auto made = create(partitions.value_or(kDefaultPartitions)); !made.ok()) return made;
  }
  if (auto read = read_meta(partitions); !read.ok()) return read;
  return database_.prepare({
      {&insert_batch_,
       "INSERT INTO record_batch(partition, base_offset, record_count, appended_at, checksum, records) "
       "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"},
      {&insert_dead_letter_,
       "INSERT INTO dead_letter(appended_at, partition, key, value, headers) VALUES (?1, ?2, ?3, ?4, ?5)"},
      {&move_end_, "UPDATE partition_end SET next_offset = ?2, last_appended_at = ?3 WHERE partition = ?1"},
  });
}

Status BatchFile::create(std::int32_t partitions) {
  if (partitions < 1 || partitions > kMostPartitions) {
    return permanent("a journal has 1 to " + std::to_string(kMostPartitions) + " partitions, not " +
                     std::to_string(partitions));
  }
  sqlite::Transaction transaction(database_);
  if (auto begun = transaction.begin(sqlite::Transaction::Kind::Write); !begun.ok()) return begun;
  auto insert = database_.prepare("INSERT INTO meta(key, value) VALUES (?1, ?2)");
  if (!insert.ok()) return insert.error();
  const std::pair<const char*, std::string> rows[] = {{"identity", new_identity()},
                                                      {"partitions", std::to_string(partitions)},
                                                      {"format", std::to_string(kFormat)}};
  for (const auto& [key, value] : rows) {
    insert->bind_text(1, std::string_view(key));
    insert->bind_text(2, std::string_view(value));
    if (!insert->run()) return database_.error();
  }
  for (Partition partition = 0; partition < partitions; ++partition) {
    auto added =
        database_.execute("INSERT INTO partition_end VALUES (" + std::to_string(partition) + ", 0, 0)");
    if (!added.ok()) return added;
  }
  return transaction.commit();
}

Result<std::string> BatchFile::meta(const char* key) {
  auto select = database_.prepare("SELECT value FROM meta WHERE key = ?1");
  if (!select.ok()) return select.error();
  select->bind_text(1, std::string_view(key));
  switch (select->step()) {
    case sqlite::Statement::Step::Row: return std::string(select->text(0));
    case sqlite::Statement::Step::Failed: return database_.error();
    case sqlite::Statement::Step::Done: break;
  }
  return permanent(database_.path() + ": its table meta lacks " + key +
                   ": the file is damaged or was changed by hand; restore it from a backup");
}

Status BatchFile::read_meta(std::optional<std::int32_t> partitions) {
  auto format = meta("format");
  if (!format.ok()) return format.error();
  if (number(*format) != kFormat) {
    return permanent(database_.path() + ": its records have format " + *format + ", this program knows " +
                     std::to_string(kFormat) +
                     ": run the firstcome that wrote it, or name another data folder");
  }
  auto stored = meta("partitions");
  if (!stored.ok()) return stored.error();
  partitions_ = number(*stored);
  if (partitions && *partitions != partitions_) {
    return permanent(
        database_.path() + " was created with " + *stored + " partitions, and " +
        std::to_string(*partitions) +
        " are asked for: the number decides where a policy's records are and cannot change; start "
        "with --partitions " +
        *stored + " or leave it out, or name a new data folder");
  }
  auto identity = meta("identity");
  if (!identity.ok()) return identity.error();
  identity_ = std::move(*identity);
  return Done{};
}

Result<std::vector<PartitionEnd>> BatchFile::ends() {
  // The greater of the two, in case somebody restored one table by hand: an offset is never given twice.
  auto select = database_.prepare(
      "SELECT partition, max(next_offset, coalesce((SELECT base_offset + record_count FROM record_batch b "
      "WHERE b.partition = e.partition ORDER BY base_offset DESC LIMIT 1), 0)), last_appended_at "
      "FROM partition_end e ORDER BY partition");
  if (!select.ok()) return select.error();
  std::vector<PartitionEnd> ends;
  for (;;) {
    const auto step = select->step();
    if (step == sqlite::Statement::Step::Failed) return database_.error();
    if (step == sqlite::Statement::Step::Done) break;
    if (select->integer(0) != static_cast<std::int64_t>(ends.size())) break;
    ends.push_back({select->integer(1), from_millis(select->integer(2))});
  }
  if (static_cast<std::int32_t>(ends.size()) == partitions_) return ends;
  return permanent(database_.path() + ": its table partition_end does not have one row for each of the " +
                   std::to_string(partitions_) +
                   " partitions: it was changed by hand; restore the file from a backup");
}

BatchFile::Written BatchFile::write(std::span<const std::shared_ptr<const RecordBatch>> batches,
                                    std::span<const std::optional<PartitionEnd>> moved,
                                    std::span<DeadLetters> dead_letters) {
  sqlite::Transaction transaction(database_);
  if (auto begun = transaction.begin(sqlite::Transaction::Kind::Write); !begun.ok()) {
    return {Outcome::RolledBack, begun.error()};
  }
  bool good = true;
  for (std::size_t i = 0; good && i < batches.size(); ++i) good = insert(*batches[i]);
  for (std::size_t i = 0; good && i < moved.size(); ++i) {
    if (moved[i]) good = move_end(static_cast<Partition>(i), *moved[i]);
  }
  for (std::size_t i = 0; good && i < dead_letters.size(); ++i) good = insert(dead_letters[i]);
  // Without its commit frame nothing of a transaction counts, whatever reached the disk.
  if (!good) return {Outcome::RolledBack, database_.error()};
  if (auto committed = transaction.commit(); !committed.ok()) return {Outcome::Unknown, committed.error()};
  return {};
}

bool BatchFile::insert(const RecordBatch& batch) {
  insert_batch_.bind(1, std::int64_t{batch.partition});
  insert_batch_.bind(2, batch.base_offset);
  insert_batch_.bind(3, batch.record_count);
  insert_batch_.bind(4, to_millis(batch.appended_at));
  insert_batch_.bind(5, std::int64_t{batch.checksum()});
  insert_batch_.bind_blob(6, batch.records);
  return insert_batch_.run();
}

bool BatchFile::insert(DeadLetters& letters) {
  std::string_view frames = letters.frames;
  while (!frames.empty()) {
    const Frame frame = take_frame(frames);
    const std::string headers = headers_as_bytes(frame);
    insert_dead_letter_.bind(1, to_millis(letters.appended_at));
    insert_dead_letter_.bind(2, std::int64_t{letters.partition});
    insert_dead_letter_.bind_blob(3, frame.key);
    insert_dead_letter_.bind_blob(4, frame.value);
    insert_dead_letter_.bind_blob(5, headers);
    if (!insert_dead_letter_.run()) return false;
    letters.ids.push_back(database_.last_rowid());
  }
  return true;
}

bool BatchFile::move_end(Partition partition, const PartitionEnd& end) {
  move_end_.bind(1, std::int64_t{partition});
  move_end_.bind(2, end.next_offset);
  move_end_.bind(3, to_millis(end.last_appended_at));
  return move_end_.run();
}

}  // namespace firstcome::journal
