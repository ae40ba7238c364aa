#include "store/postgres/incarnation.h"

#include "postgres/transaction.h"
#include "store/postgres/postgres_rows.h"

namespace firstcome::store::pg {
namespace {

Result<Incarnations> stored_list(postgres::DatabaseConnection& connection) {
  ASSIGN_OR_RETURN(auto rows, connection.run("lock_incarnations", {}));
  if (rows.empty()) {
    return Error::permanent("{}: the store is empty, so it was not restored from a backup",
                            connection.name());
  }
  const postgres::Row row = rows[0];
  auto list = Incarnations::parse(row.field(0).value_or(""));
  if (!list) return damaged_row(connection, "setting", "incarnations");
  return std::move(*list);
}

}  // namespace

std::vector<postgres::Prepared> incarnation_statements() {
  return {
      {"lock_incarnations", "SELECT value FROM setting WHERE key = 'incarnations' FOR UPDATE"},
      {"ends", "SELECT era, next_offset FROM journal_position ORDER BY partition"},
      {"set_incarnations", "UPDATE setting SET value = $1 WHERE key = 'incarnations'"},
  };
}

Result<Incarnations> begin_incarnation(postgres::DatabaseConnection& connection) {
  postgres::Transaction transaction(connection);
  RETURN_IF_ERROR(transaction.begin());
  ASSIGN_OR_RETURN(auto list, stored_list(connection));
  ASSIGN_OR_RETURN(auto rows, connection.run("ends", {}));
  Era era = 1;
  std::vector<Offset> offsets;
  for (int i = 0; i < rows.size(); ++i) {
    const postgres::Row row = rows[i];
    postgres::Columns columns(row);
    era = columns.int4();
    offsets.push_back(columns.int8());
  }
  CHECK(!offsets.empty());
  list.begin(Incarnations::draw(), era, std::move(offsets));
  postgres::Params params;
  const std::string text = list.text();  // Params has a view of it
  params.text(text);
  RETURN_IF_ERROR(connection.run("set_incarnations", params));
  RETURN_IF_ERROR(transaction.commit());
  return list;
}

}  // namespace firstcome::store::pg
