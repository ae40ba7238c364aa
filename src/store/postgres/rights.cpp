#include "store/postgres/rights.h"

namespace firstcome::store::pg {
namespace {

/// What sql/postgres/grants.sql gives an issuer and no edge. A row a right that is missing; the rights that
/// fill an empty store are asked for while it is empty.
constexpr const char* kMissingRights = R"(
SELECT wanted.privilege || ' ' || wanted.name, current_user::text
  FROM (VALUES (1, 'INSERT', 'coupon'), (2, 'INSERT', 'coupon_policy'), (3, 'UPDATE', 'coupon_policy'),
               (4, 'INSERT', 'policy_change'), (5, 'INSERT', 'journal_batch'), (6, 'UPDATE', 'journal_position'),
               (7, 'INSERT', 'event_position'), (8, 'UPDATE', 'event_position'),
               (9, 'UPDATE', 'journal_batch'), (10, 'DELETE', 'journal_batch'),
               (11, 'INSERT', 'setting'), (12, 'INSERT', 'journal_position')
       ) AS wanted(number, privilege, name)
 WHERE NOT has_table_privilege('firstcome.' || wanted.name, wanted.privilege)
   AND (wanted.number < 11 OR NOT EXISTS (SELECT FROM firstcome.setting))
 ORDER BY wanted.number
)";

}  // namespace

Status check_may_save(postgres::Connection& connection) {
  RETURN_IF_ERROR(connection.ensure());
  ASSIGN_OR_RETURN(auto rows, connection.query(kMissingRights));
  if (rows.empty()) return Done{};
  std::string missing;
  for (int i = 0; i < rows.size(); ++i) {
    missing += (i == 0 ? "" : ", ") + std::string((rows)[i].field(0).value_or(""));
  }
  return Error::permanent(
      connection.name() + ": role " + std::string((rows)[0].field(1).value_or("")) + " may not " + missing +
      ", which an issuer needs. Give --store the issuer's role, or give this one the rights: "
      "sql/postgres/grants.sql");
}

/// The server process that answers is not the one that libpq was told of at the connect. Two sessions that
/// are open at once and are answered by one process share it by transactions.
Status refuse_transaction_pooler(const postgres::Connection& first, postgres::Connection& second) {
  if (!first.pooled()) return Done{};
  RETURN_IF_ERROR(second.ensure());
  if (first.server_process() != second.server_process()) return Done{};
  return Error::permanent(
      first.name() +
      " is a connection pooler that pools transactions (PgBouncer: pool_mode = "
      "transaction). A node needs sessions of its own, for its settings and prepared "
      "statements. Name PostgreSQL itself in --store, or a pool with pool_mode = session");
}

}  // namespace firstcome::store::pg
