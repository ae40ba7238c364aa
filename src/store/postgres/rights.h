#pragma once

#include "postgres/database_connection.h"

namespace firstcome::store::pg {

/// See PostgresStore::check_may_save.
Status check_may_save(postgres::DatabaseConnection& connection);

/// Fails if a connection pooler uses different server processes for the transactions of one session, because
/// settings and prepared statements belong to a session. `first` has a session; this function opens one for
/// `second`, which has the same address.
Status refuse_transaction_pooler(const postgres::DatabaseConnection& first,
                                 postgres::DatabaseConnection& second);

}  // namespace firstcome::store::pg
