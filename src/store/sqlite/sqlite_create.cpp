#include "store/sqlite/sqlite_create.h"

#include "store/setting_rows.h"
#include "store/sqlite/sqlite_rows.h"

namespace firstcome::store {
namespace {

Status insert_settings(sqlite::Database& database, const NewData& data) {
  ASSIGN_OR_RETURN(auto insert, database.prepare("INSERT INTO setting(key, value) VALUES (?1, ?2)"));
  for (const auto& [key, value] : new_setting_rows(data)) {
    insert.bind_text(1, std::string_view(key));
    insert.bind_text(2, std::string_view(value));
    if (!insert.run()) return database.error();
  }
  return Done{};
}

Status insert_positions(sqlite::Database& database, const NewData& data) {
  ASSIGN_OR_RETURN(auto insert, database.prepare(R"(
    INSERT INTO journal_position(partition, era, next_offset, clock, rules, origin_marks, state_hash)
    VALUES (?1, ?2, 0, ?3, ?4, '', ?5))"));
  const PartitionState empty;
  for (std::size_t partition = 0; partition < data.empty_state_hashes.size(); ++partition) {
    insert.bind(1, static_cast<std::int64_t>(partition));
    insert.bind(2, std::int64_t{Position{}.era});
    insert.bind(3, to_millis(empty.clock));
    insert.bind(4, std::int64_t{empty.rules});
    insert.bind(5, hash_to_integer(data.empty_state_hashes[partition]));
    if (!insert.run()) return database.error();
  }
  return Done{};
}

}  // namespace

Result<bool> create_if_missing(sqlite::Database& database, const NewData& data) {
  sqlite::Transaction transaction(database);
  RETURN_IF_ERROR(transaction.begin(sqlite::Transaction::Kind::Write));
  ASSIGN_OR_RETURN(auto settings, database.integer("SELECT count(*) FROM setting"));
  if (settings.value_or(0) != 0) return false;
  RETURN_IF_ERROR(insert_settings(database, data));
  RETURN_IF_ERROR(insert_positions(database, data));
  RETURN_IF_ERROR(transaction.commit());
  return true;
}

}  // namespace firstcome::store
