#pragma once

#include "postgres/connection.h"

namespace firstcome::store::pg {

/// See PostgresStore::check_may_save.
Status check_may_save(postgres::Connection& connection);

/// Refuses a connection pooler that gives a session's transactions to different servers, as settings and
/// prepared statements are a session's. `first` has a session; `second`, to the same address, gets one.
Status refuse_transaction_pooler(const postgres::Connection& first, postgres::Connection& second);

}  // namespace firstcome::store::pg
