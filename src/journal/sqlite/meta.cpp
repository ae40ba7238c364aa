#include "journal/sqlite/meta.h"

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
  return Error::permanent(database.path() + ": its table meta " + what +
                          ": the file is damaged or was changed by hand; restore it from a backup");
}

Result<std::string> meta(sqlite::Database& database, const char* key) {
  ASSIGN_OR_RETURN(auto select, database.prepare("SELECT value FROM meta WHERE key = ?1"));
  select.bind_text(1, std::string_view(key));
  switch (select.step()) {
    case Statement::Step::Row: return std::string(select.text(0));
    case Statement::Step::Failed: return database.error();
    case Statement::Step::Done: break;
  }
  return unusable(database, std::string("lacks ") + key);
}

}  // namespace

Result<Meta> read_meta(sqlite::Database& database) {
  auto format = meta(database, "format");
  if (!format.ok()) return format.error();
  if (number(*format) != kFormat) {
    return Error::permanent(
        "{}: its records have format {}, this program knows {}: run the firstcome that wrote it, or name "
        "another data folder",
        database.path(), *format, kFormat);
  }
  ASSIGN_OR_RETURN(auto partitions, meta(database, "partitions"));
  ASSIGN_OR_RETURN(auto identity, meta(database, "identity"));
  ASSIGN_OR_RETURN(auto text, meta(database, "incarnations"));
  auto incarnations = Incarnations::parse(text);
  if (!incarnations) return unusable(database, "has incarnations that no journal writes");
  return Meta{std::move(identity), number(partitions), std::move(*incarnations)};
}

Result<std::vector<PartitionEnd>> read_ends(sqlite::Database& database, std::int32_t partitions) {
  // The greater of the two, in case somebody restored one table by hand: an offset is never given twice.
  ASSIGN_OR_RETURN(
      auto select,
      database.prepare(
          "SELECT partition, max(next_offset, coalesce((SELECT base_offset + record_count FROM record_batch "
          "b "
          "WHERE b.partition = e.partition ORDER BY base_offset DESC LIMIT 1), 0)), last_appended_at "
          "FROM partition_end e ORDER BY partition"));
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
      "{}: its table partition_end does not have one row for each of the {} partitions: it was changed by "
      "hand; restore the file from a backup",
      database.path(), partitions);
}

Status check_partition(const std::string& path, Partition partition, std::int32_t partitions) {
  if (partition >= 0 && partition < partitions) return Done{};
  return Error::permanent("{} has no partition {}: it was created with {}", path, partition, partitions);
}

Status check_within(const Bounds& held, const std::string& path, Partition partition, Offset from) {
  if (from >= held.start && from <= held.end) return Done{};
  return Error::permanent(
      "{}, partition {}: cannot be read from offset {} on: it holds {} to {}. Journal and store do not "
      "belong together, or one of them was restored from an older backup: restore both from the same one",
      path, partition, from, held.start, held.end);
}

}  // namespace firstcome::journal
