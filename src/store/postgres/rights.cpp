#include "store/postgres/rights.h"

#include <fmt/core.h>

namespace firstcome::store::pg {
namespace {

/// Returns one row for each missing right of an issuer, see sql/postgres/grants.sql. The rights to fill the
/// store are needed only while it is empty.
constexpr const char* kMissingRights = R"(
SELECT wanted.privilege || ' ' || wanted.name, current_user::text
  FROM (VALUES (1, 'INSERT', 'coupon'), (2, 'INSERT', 'coupon_policy'), (3, 'UPDATE', 'coupon_policy'),
               (4, 'INSERT', 'policy_change'), (5, 'INSERT', 'journal_batch'), (6, 'UPDATE', 'journal_position'),
               (7, 'INSERT', 'event_position'), (8, 'UPDATE', 'event_position'),
               (9, 'UPDATE', 'journal_batch'), (10, 'DELETE', 'journal_batch'),
               (11, 'INSERT', 'coupon_life'), (12, 'UPDATE', 'coupon_life'), (13, 'INSERT', 'coupon_change'),
               (14, 'INSERT', 'eligible_user'),
               (15, 'INSERT', 'coupon_code'), (16, 'INSERT', 'event_trace'), (17, 'DELETE', 'event_trace'),
               (18, 'INSERT', 'setting'), (19, 'INSERT', 'journal_position')
       ) AS wanted(number, privilege, name)
 WHERE NOT has_table_privilege('firstcome.' || wanted.name, wanted.privilege)
   AND (wanted.number < 18 OR NOT EXISTS (SELECT FROM firstcome.setting))
 ORDER BY wanted.number
)";

}  // namespace

Status check_may_save(postgres::DatabaseConnection& connection) {
  RETURN_IF_ERROR(connection.ensure());
  ASSIGN_OR_RETURN(auto rows, connection.query(kMissingRights));
  if (rows.empty()) return Done{};
  std::string missing;
  for (int i = 0; i < rows.size(); ++i) {
    missing += fmt::format("{}{}", i == 0 ? "" : ", ", rows[i].field(0).value_or(""));
  }
  return Error::permanent("{}: role {} may not {}, but an issuer needs these rights.", connection.name(),
                          rows[0].field(1).value_or(""), missing)
      .with_hint(
          "Use the issuer's role in --store, or give this role the rights with sql/postgres/grants.sql.");
}

/// A session with another server process than at its connect has a pooler. Two open sessions with the same
/// server process share it by transactions.
Status refuse_transaction_pooler(const postgres::DatabaseConnection& first,
                                 postgres::DatabaseConnection& second) {
  if (!first.pooled()) return Done{};
  RETURN_IF_ERROR(second.ensure());
  if (first.server_process() != second.server_process()) return Done{};
  return Error::permanent(
             "{} is a connection pooler that pools transactions (PgBouncer: pool_mode = transaction). A node "
             "needs its own sessions, for its settings and prepared statements.",
             first.name())
      .with_hint("Use the address of PostgreSQL itself in --store, or of a pool with pool_mode = session.");
}

}  // namespace firstcome::store::pg
