#include "postgres/transaction.h"

namespace firstcome::postgres {

Transaction::~Transaction() {
  if (!open_ || !connection_.connected()) return;
  // A failed rollback needs no report: the connection has returned an error before, or the next call does.
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
  return Error::unknown("{}: the response to COMMIT was lost", committed.error().message);
}

}  // namespace firstcome::postgres
