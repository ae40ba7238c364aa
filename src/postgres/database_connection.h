#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "postgres/address.h"
#include "postgres/failure.h"
#include "postgres/libpq_handles.h"
#include "postgres/params.h"
#include "postgres/row.h"
#include "postgres/session.h"

namespace firstcome::postgres {

/// A statement that every new session prepares.
struct Prepared {
  const char* name;
  const char* sql;
};

/// A connection that ensure() opens again after a loss. Used by one thread at a time.
class DatabaseConnection {
 public:
  DatabaseConnection(Address address, SessionSettings settings, std::vector<Prepared> statements);

  /// Makes sure that there is a session outside a transaction. Call it before any other call.
  Status ensure();

  /// Executes one or more statements without parameters.
  Status execute(const char* sql);
  /// Executes one statement without parameters. The rows are in the binary format.
  Result<Rows> query(const char* sql);
  /// Executes a prepared statement. The rows are in the binary format.
  Result<Rows> run(const char* statement, const Params& params);
  /// `sql` is COPY … FROM STDIN (FORMAT binary).
  Status copy_in(const char* sql, const std::string& data);
  /// `sql` is COPY … TO STDOUT (FORMAT binary). Calls `each` for each row; an error of `each` ends the copy.
  /// No timeout.
  Status copy_out(const char* sql, const std::function<Status(const Row&)>& each);

  /// The failure of the last call.
  [[nodiscard]] const Failure& failure() const { return failure_; }
  [[nodiscard]] bool connected() const { return handle_ != nullptr; }
  /// The id of the server process of this session.
  [[nodiscard]] std::int32_t server_process() const { return server_process_; }
  /// True if libpq connected to another process: there is a connection pooler.
  [[nodiscard]] bool pooled() const { return handle_ && PQbackendPID(handle_.get()) != server_process_; }
  [[nodiscard]] const std::string& name() const { return address_.name(); }
  void drop() { handle_.reset(); }
  /// Moves the session to the caller: non-blocking, with prepared statements.
  ConnectionHandle release() { return std::move(handle_); }

 private:
  enum class Patience : std::uint8_t { Timeout, Endless };
  Status connect();
  Status set_up();
  Status send_set_up();
  Status take_set_up();
  bool closed_meanwhile();
  Result<ResultHandle> answer(Patience patience = Patience::Timeout);
  bool await_result(Patience patience);
  bool wait_for_server(short events, Instant until, Patience patience);
  Status read_copy(const std::function<Status(const Row&)>& each);
  Error fail(Failure failure);
  Error lost();

  const Address address_;
  const SessionSettings settings_;
  const std::vector<Prepared> statements_;
  ConnectionHandle handle_;
  std::int32_t server_process_ = 0;
  bool stale_ = false;  ///< see needs_new_session
  Failure failure_;
};

}  // namespace firstcome::postgres
