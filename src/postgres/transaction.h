#pragma once

#include "postgres/connection.h"

namespace firstcome::postgres {

/// A transaction that is rolled back unless it was committed. begin() makes a lost connection anew.
class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  Status begin();
  /// One snapshot for all statements; nothing can be written.
  Status begin_snapshot();
  /// The same, and the server may work on them as long as it likes.
  Status begin_long_snapshot();
  /// An error of kind Unknown when the connection was lost before the answer came: it may have been
  /// committed, now or in a moment. Any other: certainly rolled back.
  Status commit();

 private:
  Status begin(const char* sql);
  Connection& connection_;
  bool open_ = false;
};

}  // namespace firstcome::postgres
