#include "journal/sqlite/batch_file.h"

#include <fmt/core.h>

#include <random>

#include "sqlite/open_mark.h"
#include "sqlite/sqlite_migrations.h"

namespace firstcome::sql {
std::span<const Migration> journal_migrations();  // sql/sqlite/journal, compiled in
}

namespace firstcome::journal {
namespace {

constexpr std::int32_t kDefaultPartitions = 3;
constexpr std::int32_t kMostPartitions = 1024;
constexpr Era kEra = 1;  ///< the only era of an embedded journal

/// The WAL file may grow longer than by default before a checkpoint: every commit changes the last pages of
/// tables and index, so a checkpoint copies each of them once for many commits.
constexpr const char* kPragmas = R"(
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 4000;
  PRAGMA cache_size = -16384;
)";

/// A random UUID (RFC 9562, version 4).
std::string new_identity() {
  std::random_device random;
  const auto bits = [&](unsigned mask) { return random() & mask; };
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:04x}{:08x}", bits(~0U), bits(0xffff), bits(0xfff),
                     0x8000 | bits(0x3fff), bits(0xffff), bits(~0U));
}

}  // namespace

Result<BatchFile> BatchFile::open(const std::string& path, sqlite::Access access,
                                  std::optional<std::int32_t> partitions, milliseconds busy_timeout) {
  ASSIGN_OR_RETURN(auto database, sqlite::Database::open(path, access, busy_timeout));
  BatchFile file(std::move(database));
  RETURN_IF_ERROR(file.set_up(partitions));
  return file;
}

Status BatchFile::set_up(std::optional<std::int32_t> partitions) {
  RETURN_IF_ERROR(database_.execute(kPragmas));
  RETURN_IF_ERROR(sqlite::migrate(database_, sql::journal_migrations()));
  ASSIGN_OR_RETURN(auto rows, database_.integer("SELECT count(*) FROM meta"));
  if (rows.value_or(0) == 0) {
    RETURN_IF_ERROR(create(partitions.value_or(kDefaultPartitions)));
  }
  RETURN_IF_ERROR(check(partitions));
  return database_.prepare({
      {&insert_batch_, R"(
         INSERT INTO record_batch(partition, base_offset, record_count, appended_at, checksum, records)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6))"},
      {&insert_dead_letter_, R"(
         INSERT INTO dead_letter(appended_at, partition, key, value, headers)
         VALUES (?1, ?2, ?3, ?4, ?5))"},
      {&move_end_, R"(
         UPDATE partition_end SET next_offset = ?2, last_appended_at = ?3 WHERE partition = ?1)"},
  });
}

Status BatchFile::create(std::int32_t partitions) {
  if (partitions < 1 || partitions > kMostPartitions) {
    return Error::permanent("A journal can have 1 to {} partitions, not {}.", kMostPartitions, partitions);
  }
  sqlite::Transaction transaction(database_);
  RETURN_IF_ERROR(transaction.begin(sqlite::Transaction::Kind::Write));
  ASSIGN_OR_RETURN(auto insert, database_.prepare("INSERT INTO meta(key, value) VALUES (?1, ?2)"));
  const std::pair<const char*, std::string> rows[] = {{"identity", new_identity()},
                                                      {"partitions", fmt::format("{}", partitions)},
                                                      {"incarnations", ""},
                                                      {"format", fmt::format("{}", kFormat)}};
  for (const auto& [key, value] : rows) {
    insert.bind_text(1, std::string_view(key));
    insert.bind_text(2, std::string_view(value));
    if (!insert.run()) return database_.error();
  }
  for (Partition partition = 0; partition < partitions; ++partition) {
    RETURN_IF_ERROR(database_.execute(fmt::format("INSERT INTO partition_end VALUES ({}, 0, 0)", partition)));
  }
  return transaction.commit();
}

Status BatchFile::check(std::optional<std::int32_t> partitions) {
  ASSIGN_OR_RETURN(meta_, read_meta(database_));
  if (!partitions || *partitions == meta_.partitions) return Done{};
  return Error::permanent(
             "{} was created with {} partitions, but --partitions is {}. The number cannot change, because "
             "it determines the partition of each policy.",
             database_.path(), meta_.partitions, *partitions)
      .with_hint(fmt::format("Set --partitions {}, omit it, or use a new data folder.", meta_.partitions));
}

Status BatchFile::own() {
  if (owned_) return Done{};
  Status marked = sqlite::mark_open(database_);
  owned_ = marked.ok();
  return marked;
}

Status BatchFile::begin_incarnation() {
  ASSIGN_OR_RETURN(auto partition_ends, ends());
  std::vector<Offset> offsets;
  for (const PartitionEnd& end : partition_ends) offsets.push_back(end.next_offset);
  meta_.incarnations.begin(Incarnations::draw(), kEra, std::move(offsets));
  const std::string text = meta_.incarnations.text();
  ASSIGN_OR_RETURN(auto update, database_.prepare("UPDATE meta SET value = ?1 WHERE key = 'incarnations'"));
  update.bind_text(1, std::string_view(text));
  if (!update.run()) return database_.error();
  return Done{};
}

Status BatchFile::settle() { return database_.execute("PRAGMA wal_checkpoint(TRUNCATE)"); }

Status BatchFile::close_completely() { return owned_ ? sqlite::close_completely(database_) : Status(Done{}); }

BatchFile::Written BatchFile::write(std::span<const std::shared_ptr<const RecordBatch>> batches,
                                    std::span<const std::optional<PartitionEnd>> moved,
                                    std::span<DeadLetters> dead_letters) {
  if (auto marked = own(); !marked.ok()) return {CommitOutcome::RolledBack, marked.error()};
  sqlite::Transaction transaction(database_);
  if (auto begun = transaction.begin(sqlite::Transaction::Kind::Write); !begun.ok()) {
    return {CommitOutcome::RolledBack, begun.error()};
  }
  bool good = true;
  for (std::size_t i = 0; good && i < batches.size(); ++i) good = insert(*batches[i]);
  for (std::size_t i = 0; good && i < moved.size(); ++i) {
    if (moved[i]) good = move_end(static_cast<Partition>(i), *moved[i]);
  }
  for (std::size_t i = 0; good && i < dead_letters.size(); ++i) good = insert(dead_letters[i]);
  // Without its commit frame the transaction is void, also if some of its pages are on the disk.
  if (!good) return {CommitOutcome::RolledBack, database_.error()};
  if (auto committed = transaction.commit(); !committed.ok()) {
    // A full disk has no complete commit frame.
    const bool full = (database_.extended_code() & 0xff) == SQLITE_FULL;
    return {full ? CommitOutcome::RolledBack : CommitOutcome::Unknown, committed.error()};
  }
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
