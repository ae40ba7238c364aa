#include "store/postgres/create.h"

#include "postgres/migrations.h"
#include "postgres/transaction.h"
#include "store/setting_rows.h"

namespace firstcome::store::pg {
namespace {

using postgres::Connection;
using postgres::Params;

Status insert_settings(Connection& connection, const NewData& data) {
  for (const auto& [key, value] : new_setting_rows(data)) {
    Params params;
    params.text(key).text(value);
    if (auto inserted = connection.run("insert_setting", params); !inserted.ok()) return inserted.error();
  }
  return Done{};
}

Status insert_positions(Connection& connection, const NewData& data) {
  const Position empty;
  for (std::size_t partition = 0; partition < data.empty_state_hashes.size(); ++partition) {
    Params params;
    params.int4(static_cast<Partition>(partition))
        .int4(empty.era)
        .time(empty.state.clock)
        .int4(empty.state.rules);
    params.hash(data.empty_state_hashes[partition]);
    if (auto inserted = connection.run("insert_position", params); !inserted.ok()) return inserted.error();
  }
  return Done{};
}

}  // namespace

std::vector<postgres::Prepared> create_statements() {
  return {
      {"insert_setting", "INSERT INTO setting(key, value) VALUES ($1, $2)"},
      {"insert_position",
       "INSERT INTO journal_position(partition, era, next_offset, clock, rules, origin_marks, state_hash) "
       "VALUES ($1, $2, 0, $3, $4, '', $5)"},
  };
}

Result<bool> create_if_missing(Connection& connection, const NewData& data) {
  postgres::Transaction transaction(connection);
  if (auto begun = transaction.begin(); !begun.ok()) return begun.error();
  if (auto locked = postgres::lock_schema(connection); !locked.ok()) return locked.error();
  auto filled = connection.query("SELECT 1 FROM setting LIMIT 1");
  if (!filled.ok()) return filled.error();
  if (!filled->empty()) return false;
  if (auto inserted = insert_settings(connection, data); !inserted.ok()) return inserted.error();
  if (auto inserted = insert_positions(connection, data); !inserted.ok()) return inserted.error();
  if (auto committed = transaction.commit(); !committed.ok()) return committed.error();
  return true;
}

}  // namespace firstcome::store::pg
