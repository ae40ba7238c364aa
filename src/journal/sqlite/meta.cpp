#include "journal/sqlite/meta.h"

#include <fmt/core.h>

#include <charconv>

namespace firstcome::journal {
namespace {

using sqlite::Statement;

std::int32_t number(const std::string& text) {
  std::int32_t parsed = -1;
  std::from_chars(text.data(), text.data() + text.size(), parsed);
  return parsed;
}

Error unusable(const sqlite::Database& database, const std::string& what) {
  return Error::permanent("{}: its table meta {}: the file is damaged or was changed manually.",
                          database.path(), what)
      .with_hint("Restore the file from a backup.");
}

Result<std::string> meta(sqlite::Database& database, const char* key) {
  ASSIGN_OR_RETURN(auto select, database.prepare("SELECT value FROM meta WHERE key = ?1"));
  select.bind_text(1, std::string_view(key));
  switch (select.step()) {
    case Statement::Step::Row: return std::string(select.text(0));
    case Statement::Step::Failed: return database.error();
    case Statement::Step::Done: break;
  }
  return unusable(database, fmt::format("has no row {}", key));
}

}  // namespace

Result<Meta> read_meta(sqlite::Database& database) {
  ASSIGN_OR_RETURN(const auto format, meta(database, "format"));
  if (number(format) != kFormat) {
    return Error::permanent("{}: its records have format {}, but this program supports format {}.",
                            database.path(), format, kFormat)
        .with_hint("Run the firstcome version that wrote the file, or use another data folder.");
  }
  ASSIGN_OR_RETURN(auto partitions, meta(database, "partitions"));
  ASSIGN_OR_RETURN(auto identity, meta(database, "identity"));
  ASSIGN_OR_RETURN(auto text, meta(database, "incarnations"));
  auto incarnations = Incarnations::parse(text);
  if (!incarnations) return unusable(database, "has invalid incarnations");
  return Meta{std::move(identity), number(partitions), std::move(*incarnations)};
}

Result<std::vector<PartitionEnd>> read_ends(sqlite::Database& database, std::int32_t partitions) {
  // The higher end of the two tables, in case an operator has restored only one of them: no offset is used
  // twice.
  ASSIGN_OR_RETURN(auto select, database.prepare(R"(
    SELECT partition,
           max(next_offset, coalesce((SELECT base_offset + record_count FROM record_batch b
                                      WHERE b.partition = e.partition
                                      ORDER BY base_offset DESC LIMIT 1), 0)),
           last_appended_at
    FROM partition_end e ORDER BY partition)"));
  std::vector<PartitionEnd> ends;
  for (;;) {
    const auto step = select.step();
    if (step == Statement::Step::Failed) return database.error();
    if (step == Statement::Step::Done) break;
    if (select.integer(0) != static_cast<std::int64_t>(ends.size())) break;
    ends.push_back({select.integer(1), from_millis(select.integer(2))});
  }
  if (static_cast<std::int32_t>(ends.size()) == partitions) return ends;
  return Error::permanent(
             "{}: its table partition_end does not have one row for each of the {} partitions: it was "
             "changed manually.",
             database.path(), partitions)
      .with_hint("Restore the file from a backup.");
}

Status check_partition(const std::string& path, Partition partition, std::int32_t partitions) {
  if (partition >= 0 && partition < partitions) return Done{};
  return Error::permanent("{} has no partition {}: it was created with {} partitions", path, partition,
                          partitions);
}

Status check_within(const Bounds& held, const std::string& path, Partition partition, Offset from) {
  if (from >= held.start && from <= held.end) return Done{};
  return Error::permanent(
      "{}, partition {}: cannot read from offset {} on: the journal has the offsets {} to {}. Journal and "
      "store do not belong together, or one of them was restored from an older backup. Restore both from the "
      "same backup.",
      path, partition, from, held.start, held.end);
}

}  // namespace firstcome::journal
