#include "store/postgres/postgres_create.h"

#include "postgres/postgres_migrations.h"
#include "postgres/transaction.h"
#include "store/setting_rows.h"

namespace firstcome::store::pg {
namespace {

using postgres::DatabaseConnection;
using postgres::Params;

Status insert_settings(DatabaseConnection& connection, const NewData& data) {
  for (const auto& [key, value] : new_setting_rows(data)) {
    Params params;
    params.text(key).text(value);
    RETURN_IF_ERROR(connection.run("insert_setting", params));
  }
  return Done{};
}

/// Inserts the positions of partitions from `first` on. Does not change existing ones.
Status insert_positions(DatabaseConnection& connection, Partition first,
                        const std::vector<std::uint64_t>& empty_state_hashes) {
  const Position empty;
  for (std::size_t i = 0; i < empty_state_hashes.size(); ++i) {
    Params params;
    params.int4(first + static_cast<Partition>(i)).time(empty.state.clock).int4(empty.state.rules);
    params.hash(empty_state_hashes[i]);
    RETURN_IF_ERROR(connection.run("insert_position", params));
  }
  return Done{};
}

}  // namespace

std::vector<postgres::Prepared> create_statements() {
  return {
      {"insert_setting", "INSERT INTO setting(key, value) VALUES ($1, $2)"},
      {"insert_position", R"(
         INSERT INTO journal_position(partition, era, next_offset, clock, rules, origin_marks, state_hash)
         VALUES ($1, (SELECT value::integer FROM setting WHERE key = 'era'), 0, $2, $3, '', $4)
         ON CONFLICT DO NOTHING)"},
  };
}

Result<bool> create_if_missing(DatabaseConnection& connection, const NewData& data) {
  postgres::Transaction transaction(connection);
  RETURN_IF_ERROR(transaction.begin());
  RETURN_IF_ERROR(postgres::lock_schema(connection));
  ASSIGN_OR_RETURN(auto filled, connection.query("SELECT 1 FROM setting LIMIT 1"));
  if (!filled.empty()) return false;
  RETURN_IF_ERROR(insert_settings(connection, data));
  RETURN_IF_ERROR(insert_positions(connection, 0, data.empty_state_hashes));
  RETURN_IF_ERROR(transaction.commit());
  return true;
}

Status add_partitions(DatabaseConnection& connection, Partition first,
                      const std::vector<std::uint64_t>& empty_state_hashes) {
  if (empty_state_hashes.empty()) return Done{};
  postgres::Transaction transaction(connection);
  RETURN_IF_ERROR(transaction.begin());
  RETURN_IF_ERROR(insert_positions(connection, first, empty_state_hashes));
  return transaction.commit();
}

}  // namespace firstcome::store::pg
