#include "journal/sqlite/batch_reader.h"

#include <fmt/core.h>

namespace firstcome::journal {
namespace {

using sqlite::Statement;

Error damaged(const std::string& path, const RecordBatch& batch) {
  return Error::permanent(
      "{}, partition {}, offset {}: the batch of {} records has a wrong checksum: the disk or another "
      "program changed it. Restore the data folder from a backup.",
      path, batch.partition, batch.base_offset, batch.record_count);
}

Error missing(const std::string& path, Partition partition, Offset from, Offset until) {
  return Error::permanent(
      "{}, partition {}, offset {}: the records up to offset {} are missing: rows were deleted before they "
      "were read. Restore the data folder from a backup.",
      path, partition, from, until);
}

}  // namespace

Result<BatchReader> BatchReader::open(const std::string& path, milliseconds busy_timeout,
                                      sqlite::Access access) {
  ASSIGN_OR_RETURN(auto database, sqlite::Database::open(path, access, busy_timeout));
  BatchReader reader(std::move(database));
  RETURN_IF_ERROR(reader.database_.prepare({
      {&reader.select_batches_, R"(
         SELECT base_offset, record_count, appended_at, checksum, records
         FROM record_batch
         WHERE partition = ?1 AND base_offset < ?3
           AND base_offset >= coalesce((SELECT max(base_offset) FROM record_batch
                                        WHERE partition = ?1 AND base_offset <= ?2), 0)
         ORDER BY base_offset)"},
      {&reader.select_start_, "SELECT min(base_offset) FROM record_batch WHERE partition = ?1"},
  }));
  return reader;
}

Result<std::vector<BatchPointer>> BatchReader::read(Partition partition, Offset from, Offset end) {
  const sqlite::ResetAtEnd reset(select_batches_);
  select_batches_.bind(1, std::int64_t{partition});
  select_batches_.bind(2, from);
  select_batches_.bind(3, end);
  std::vector<BatchPointer> batches;
  std::int64_t records = 0;
  std::size_t bytes = 0;
  while (records < kFetchRecords && bytes < kFetchBytes && from < end) {
    const auto step = select_batches_.step();
    if (step == Statement::Step::Failed) return database_.error();
    if (step == Statement::Step::Done) break;
    records += select_batches_.integer(1);
    if (!batches.empty() && records > kFetchRecords) return batches;
    ASSIGN_OR_RETURN(auto batch, verified(partition));
    if (batch->end() <= from && batches.empty()) continue;  // the batch with `from` is missing
    if (batch->base_offset > from) return missing(database_.path(), partition, from, batch->base_offset);
    from = batch->end();
    bytes += batch->records.size();
    batches.push_back(std::move(batch));
  }
  if (batches.empty() && from < end) return missing(database_.path(), partition, from, end);
  return batches;
}

Result<BatchPointer> BatchReader::verified(Partition partition) {
  auto batch = std::make_shared<RecordBatch>();
  batch->partition = partition;
  batch->base_offset = select_batches_.integer(0);
  batch->record_count = select_batches_.integer(1);
  batch->appended_at = from_millis(select_batches_.integer(2));
  batch->records = select_batches_.blob(4);
  if (batch->checksum() != static_cast<std::uint64_t>(select_batches_.integer(3))) {
    return damaged(database_.path(), *batch);
  }
  return BatchPointer(std::move(batch));
}

Result<std::optional<Offset>> BatchReader::start(Partition partition) {
  const sqlite::ResetAtEnd reset(select_start_);
  select_start_.bind(1, std::int64_t{partition});
  if (select_start_.step() != Statement::Step::Row) return database_.error();
  return select_start_.maybe_integer(0);
}

}  // namespace firstcome::journal
