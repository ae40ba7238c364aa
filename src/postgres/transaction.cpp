#include "postgres/transaction.h"

namespace firstcome::postgres {

Transaction::~Transaction() {
  if (!open_ || !connection_.connected()) return;
  // A connection that cannot even do this has said so with an error before, or will with the next call.
  if (!connection_.execute("ROLLBACK").ok()) connection_.drop();
}

Status Transaction::begin() { return begin("BEGIN"); }

Status Transaction::begin_snapshot() { return begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); }

Status Transaction::begin_long_snapshot() {
  return begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0");
}

Status Transaction::begin(const char* sql) {
  RETURN_IF_ERROR(connection_.ensure());
  open_ = true;
  return connection_.execute(sql);
}

Status Transaction::commit() {
  open_ = false;
  Status committed = connection_.execute("COMMIT");
  if (committed.ok() || !connection_.failure().lost) return committed;
  return Error::unknown(committed.error().message + ": the answer to COMMIT did not come");
}

}  // namespace firstcome::postgres
