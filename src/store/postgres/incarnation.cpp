#include "store/postgres/incarnation.h"

#include "postgres/transaction.h"
#include "store/postgres/rows.h"

namespace firstcome::store::pg {
namespace {

Result<Incarnations> stored_list(postgres::Connection& connection) {
  auto rows = connection.run("lock_incarnations", {});
  if (!rows.ok()) return rows.error();
  if (rows->empty()) {
    return Error{Error::Kind::Permanent,
                 connection.name() + ": the store is empty, so it has nothing that could have been restored"};
  }
  const postgres::Row row = (*rows)[0];
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

Result<Incarnations> begin_incarnation(postgres::Connection& connection) {
  postgres::Transaction transaction(connection);
  if (auto begun = transaction.begin(); !begun.ok()) return begun.error();
  auto list = stored_list(connection);
  if (!list.ok()) return list.error();
  auto rows = connection.run("ends", {});
  if (!rows.ok()) return rows.error();
  Era era = 1;
  std::vector<Offset> offsets;
  for (int i = 0; i < rows->size(); ++i) {
    const postgres::Row row = (*rows)[i];
    postgres::Columns columns(row);
    era = columns.int4();
    offsets.push_back(columns.int8());
  }
  CHECK(!offsets.empty());
  list->begin(Incarnations::draw(), era, std::move(offsets));
  postgres::Params params;
  const std::string text = list->text();  // Params holds a view
  params.text(text);
  if (auto set = connection.run("set_incarnations", params); !set.ok()) return set.error();
  if (auto committed = transaction.commit(); !committed.ok()) return committed.error();
  return list;
}

}  // namespace firstcome::store::pg
