#include "postgres/connection.h"

#include <poll.h>

#include <algorithm>
#include <array>

namespace firstcome::postgres {
namespace {

std::string set(const char* name, milliseconds value) {
  return "SET " + std::string(name) + " = " + std::to_string(value.count()) + ";";
}

bool failed(const ResultHandle& result) {
  const ExecStatusType status = PQresultStatus(result.get());
  return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

}  // namespace

Connection::Connection(Address address, SessionSettings settings, std::vector<Prepared> statements)
    : address_(std::move(address)), settings_(std::move(settings)), statements_(std::move(statements)) {}

Status Connection::ensure() {
  if (handle_ && !worn_out_ && PQtransactionStatus(handle_.get()) == PQTRANS_IDLE && !closed_meanwhile()) {
    return Done{};
  }
  return connect();
}

/// Between two calls the server says nothing, but for good-bye, which may come before the end itself.
bool Connection::closed_meanwhile() {
  pollfd socket{PQsocket(handle_.get()), POLLIN, 0};
  while (poll(&socket, 1, 0) > 0) {
    if (PQconsumeInput(handle_.get()) == 0 || PQstatus(handle_.get()) != CONNECTION_OK) return true;
  }
  return false;
}

Status Connection::connect() {
  drop();
  worn_out_ = false;
  const auto seconds = std::max<std::int64_t>(2, settings_.connect_timeout.count() / 1000);
  const std::string connect_timeout = std::to_string(seconds);
  const std::string silence = std::to_string(settings_.silence_timeout.count());
  // The address is expanded where it stands, so it overrides what comes before it and not what comes after.
  const std::array<const char*, 9> keywords{"fallback_application_name",
                                            "connect_timeout",
                                            "tcp_user_timeout",
                                            "keepalives_idle",
                                            "keepalives_interval",
                                            "target_session_attrs",
                                            "dbname",
                                            "client_encoding",
                                            nullptr};
  const std::array<const char*, 9> values{"firstcome", connect_timeout.c_str(), silence.c_str(), "5",    "2",
                                          "primary",   address_.text().c_str(), "UTF8",          nullptr};
  handle_.reset(PQconnectdbParams(keywords.data(), values.data(), /*expand_dbname=*/1));
  CHECK(handle_ != nullptr);  // out of memory
  if (PQstatus(handle_.get()) != CONNECTION_OK) return lost();
  if (PQsetnonblocking(handle_.get(), 1) != 0) return lost();
  // Notices ("there is already a transaction in progress") are not for stderr.
  PQsetNoticeReceiver(
      handle_.get(), [](void*, const PGresult*) {}, nullptr);
  Status ready = set_up();
  if (!ready.ok()) drop();  // half set up
  return ready;
}

Status Connection::set_up() {
  const std::string sql =
      "SET search_path = firstcome; SET timezone = 'UTC';" +
      set("statement_timeout", settings_.statement_timeout) + set("lock_timeout", settings_.lock_timeout) +
      set("idle_in_transaction_session_timeout", settings_.idle_in_transaction_timeout) + settings_.more;
  if (auto done = execute(sql.c_str()); !done.ok()) return done;
  for (const Prepared& statement : statements_) {
    if (PQsendPrepare(handle_.get(), statement.name, statement.sql, 0, nullptr) == 0) return lost();
    if (auto prepared = answer(); !prepared.ok()) return prepared.error();
  }
  return Done{};
}

Status Connection::execute(const char* sql) {
  if (!handle_) return lost();
  if (PQsendQuery(handle_.get(), sql) == 0) return lost();
  auto done = answer();
  if (!done.ok()) return done.error();
  return Done{};
}

Result<Rows> Connection::query(const char* sql) {
  if (!handle_) return lost();
  if (PQsendQueryParams(handle_.get(), sql, 0, nullptr, nullptr, nullptr, nullptr, /*resultFormat=*/1) == 0) {
    return lost();
  }
  auto done = answer();
  if (!done.ok()) return done.error();
  return Rows(std::move(*done));
}

Result<Rows> Connection::run(const char* statement, const Params& params) {
  if (!handle_) return lost();
  if (PQsendQueryPrepared(handle_.get(), statement, params.size(), params.values(), params.lengths(),
                          params.formats(), /*resultFormat=*/1) == 0) {
    return lost();
  }
  auto done = answer();
  if (!done.ok()) return done.error();
  return Rows(std::move(*done));
}

Status Connection::copy_in(const char* sql, const std::string& data) {
  if (!handle_) return lost();
  if (PQsendQuery(handle_.get(), sql) == 0) return lost();
  auto ready = answer();
  if (!ready.ok()) return ready.error();
  CHECK(PQresultStatus(ready->get()) == PGRES_COPY_IN);
  if (PQputCopyData(handle_.get(), data.data(), static_cast<int>(data.size())) != 1) return lost();
  if (PQputCopyEnd(handle_.get(), nullptr) != 1) return lost();
  auto done = answer();
  if (!done.ok()) return done.error();
  return Done{};
}

Status Connection::copy_out(const char* sql, const std::function<Status(const Row&)>& each) {
  if (!handle_) return lost();
  if (PQsendQuery(handle_.get(), sql) == 0) return lost();
  auto ready = answer(Patience::Endless);
  if (!ready.ok()) return ready.error();
  CHECK(PQresultStatus(ready->get()) == PGRES_COPY_OUT);
  if (auto read = read_copy(each); !read.ok()) {
    drop();  // what is left of it is not worth reading
    return read;
  }
  auto done = answer(Patience::Endless);
  if (!done.ok()) return done.error();
  return Done{};
}

Status Connection::read_copy(const std::function<Status(const Row&)>& each) {
  bool head = true;
  for (;;) {
    char* bytes = nullptr;
    const int size = PQgetCopyData(handle_.get(), &bytes, /*async=*/1);
    const MemoryHandle owner(bytes);
    if (size == -1) return Done{};
    if (size == -2) return lost();
    if (size == 0) {
      if (!wait_for_server(POLLIN, Instant::max(), Patience::Endless)) return lost();
      continue;
    }
    std::string_view data(bytes, static_cast<std::size_t>(size));
    if (std::exchange(head, false)) {
      CHECK(data.size() >= kCopyHead && data.starts_with(kCopySignature));
      data.remove_prefix(kCopyHead);
    }
    // A message of the server is a row (manual, "COPY Operations"); the head comes with the first.
    const auto row = Row::from_copy(data);
    CHECK(row.has_value());
    if (row->fields() == 0) continue;
    if (auto taken = each(*row); !taken.ok()) return taken;
  }
}

/// The last of the results that wait, or the error among them.
Result<ResultHandle> Connection::answer(Patience patience) {
  ResultHandle last;
  for (;;) {
    const bool here = await_result(patience);
    if (!here && last && failed(last)) break;  // it said why it hung up
    if (!here) return lost();
    ResultHandle result(PQgetResult(handle_.get()));
    if (!result) break;
    if (last && failed(last)) continue;
    last = std::move(result);
    const ExecStatusType status = PQresultStatus(last.get());
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) return last;
  }
  CHECK(last != nullptr);
  if (!failed(last)) return last;
  Failure failure = failure_of(last.get());
  failure.lost = PQstatus(handle_.get()) != CONNECTION_OK;
  return fail(std::move(failure));
}

/// Sends what is queued, and waits until PQgetResult would not block. False: the connection is lost.
bool Connection::await_result(Patience patience) {
  if (settings_.statement_timeout.count() == 0) patience = Patience::Endless;
  const Instant until =
      std::chrono::steady_clock::now() + settings_.statement_timeout + settings_.silence_timeout;
  for (;;) {
    const int unsent = PQflush(handle_.get());
    if (unsent < 0) return false;
    if (unsent == 0 && PQisBusy(handle_.get()) == 0) return true;
    const auto events = static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN);
    if (!wait_for_server(events, until, patience)) return false;
  }
}

bool Connection::wait_for_server(short events, Instant until, Patience patience) {
  const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now()).count();
  const int timeout = patience == Patience::Endless ? -1 : static_cast<int>(std::max<std::int64_t>(left, 0));
  pollfd socket{PQsocket(handle_.get()), events, 0};
  const int ready = poll(&socket, 1, timeout);
  if (ready < 0 && errno == EINTR) return true;
  if (ready == 0) return false;
  return (socket.revents & ~POLLOUT) == 0 || PQconsumeInput(handle_.get()) != 0;
}

/// Whatever it was, this connection is not used any more.
Error Connection::lost() {
  if (!handle_) return fail({"", "there is no connection", true});
  if (PQstatus(handle_.get()) == CONNECTION_OK) return fail({"", "it does not answer", true});
  return fail(failure_of(handle_.get()));
}

Error Connection::fail(Failure failure) {
  if (failure.lost) drop();
  worn_out_ = worn_out_ || needs_new_session(failure);
  failure_ = std::move(failure);
  return error_of(failure_, name());
}

}  // namespace firstcome::postgres
