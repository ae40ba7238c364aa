#pragma once

#include "postgres/database_connection.h"

namespace firstcome::postgres {

/// Rolls back in its destructor, unless commit() succeeded. begin() opens a lost connection again.
class Transaction {
 public:
  explicit Transaction(DatabaseConnection& connection) : connection_(connection) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Status begin();
  /// Read only, with one snapshot for all statements.
  Status begin_snapshot();
  /// As begin_snapshot(), without a statement timeout.
  Status begin_long_snapshot();
  /// The error is of kind Unknown if the connection was lost before the response: the transaction may be
  /// committed, now or later. After any other error it is certainly rolled back.
  Status commit();

 private:
  Status begin(const char* sql);
  DatabaseConnection& connection_;
  bool open_ = false;
};

}  // namespace firstcome::postgres
