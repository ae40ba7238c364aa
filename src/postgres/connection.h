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

/// A statement that every session prepares at its beginning.
struct Prepared {
  const char* name;
  const char* sql;
};

/// A connection that mends itself: lost, it is made anew by the next ensure(). One thread at a time.
class Connection {
 public:
  Connection(Address address, SessionSettings settings, std::vector<Prepared> statements);

  /// Call before anything else is asked for: sees to it that there is a session outside a transaction.
  Status ensure();

  /// SQL without parameters, several statements too.
  Status execute(const char* sql);
  /// One without parameters. Its rows come in the binary format.
  Result<Rows> query(const char* sql);
  /// A prepared one. Its rows come in the binary format.
  Result<Rows> run(const char* statement, const Params& params);
  /// `sql` is COPY … FROM STDIN (FORMAT binary).
  Status copy_in(const char* sql, const std::string& data);
  /// `sql` is COPY … TO STDOUT (FORMAT binary): `each` is called a row at a time, and ends it by returning an
  /// error. The server may think about it as long as it likes.
  Status copy_out(const char* sql, const std::function<Status(const Row&)>& each);

  /// Why the last call failed.
  [[nodiscard]] const Failure& failure() const { return failure_; }
  [[nodiscard]] bool connected() const { return handle_ != nullptr; }
  /// Of the session: the server process that answers it.
  [[nodiscard]] std::int32_t server_process() const { return server_process_; }
  /// It is not the one that was connected to: a connection pooler is between.
  [[nodiscard]] bool pooled() const { return handle_ && PQbackendPID(handle_.get()) != server_process_; }
  [[nodiscard]] const std::string& name() const { return address_.name(); }
  void drop() { handle_.reset(); }
  /// Gives the session away, non-blocking and with its statements prepared, to who does not want to wait.
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
  bool worn_out_ = false;  ///< see needs_new_session
  Failure failure_;
};

}  // namespace firstcome::postgres
