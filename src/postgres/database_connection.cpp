#include "postgres/database_connection.h"

#include <poll.h>

#include <optional>
#include <variant>

namespace firstcome::postgres {
namespace {

/// An element of the list of a SELECT.
std::string set(const char* name, const std::string& value) {
  return fmt::format(", set_config('{}', '{}', false)", name, value);
}
std::string set(const char* name, milliseconds value) { return set(name, fmt::format("{}", value.count())); }

bool failed(const ResultHandle& result) {
  const ExecStatusType status = PQresultStatus(result.get());
  return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

}  // namespace

DatabaseConnection::DatabaseConnection(Address address, SessionSettings settings,
                                       std::vector<Prepared> statements)
    : address_(std::move(address)), settings_(std::move(settings)), statements_(std::move(statements)) {}

Status DatabaseConnection::ensure() {
  if (handle_ && !stale_ && PQtransactionStatus(handle_.get()) == PQTRANS_IDLE && !closed_meanwhile()) {
    return Done{};
  }
  return connect();
}

/// Between two calls the server only sends a message if it ends the connection; the message may come before
/// the end.
bool DatabaseConnection::closed_meanwhile() {
  pollfd socket{PQsocket(handle_.get()), POLLIN, 0};
  while (poll(&socket, 1, 0) > 0) {
    if (PQconsumeInput(handle_.get()) == 0 || PQstatus(handle_.get()) != CONNECTION_OK) return true;
  }
  return false;
}

Status DatabaseConnection::connect() {
  drop();
  stale_ = false;
  auto opened = open_session(address_, settings_);
  if (auto* failure = std::get_if<Failure>(&opened)) return fail(std::move(*failure));
  handle_ = std::get<ConnectionHandle>(std::move(opened));
  if (PQsetnonblocking(handle_.get(), 1) != 0) return lost();
  // libpq prints notices ("there is already a transaction in progress") to stderr by default.
  PQsetNoticeReceiver(
      handle_.get(), [](void*, const PGresult*) {}, nullptr);
  Status ready = set_up();
  if (!ready.ok()) drop();
  return ready;
}

/// Sends all settings and prepared statements in one round trip.
Status DatabaseConnection::set_up() {
  if (PQenterPipelineMode(handle_.get()) == 0) return lost();
  RETURN_IF_ERROR(send_set_up());
  RETURN_IF_ERROR(take_set_up());
  if (PQexitPipelineMode(handle_.get()) == 0) return lost();
  return Done{};
}

Status DatabaseConnection::send_set_up() {
  std::string sql = "SELECT pg_backend_pid()" + set("timezone", "UTC") +
                    set("statement_timeout", settings_.statement_timeout) +
                    set("lock_timeout", settings_.lock_timeout) +
                    set("idle_in_transaction_session_timeout", settings_.idle_in_transaction_timeout);
  if (!settings_.search_path.empty()) sql += set("search_path", settings_.search_path);
  for (const auto& [name, value] : settings_.more) sql += set(name, value);
  PGconn* to = handle_.get();
  bool sent =
      PQsendQueryParams(to, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, /*resultFormat=*/1) != 0;
  for (const Prepared& statement : statements_) {
    sent = sent && PQsendPrepare(to, statement.name, statement.sql, 0, nullptr) != 0;
  }
  if (!sent || PQpipelineSync(to) == 0) return lost();
  return Done{};
}

/// Reads one result and a null for each command; after a failure the results are "aborted". Then reads the
/// sync mark.
Status DatabaseConnection::take_set_up() {
  std::optional<Failure> failure;
  for (std::size_t left = 1 + statements_.size(); left > 0; --left) {
    if (!await_result(Patience::Timeout)) return lost();
    const ResultHandle result(PQgetResult(handle_.get()));
    if (!result) return lost();
    if (failed(result)) {
      if (!failure) failure = failure_of(result.get());
      if (PQstatus(handle_.get()) != CONNECTION_OK) break;
    } else if (PQresultStatus(result.get()) == PGRES_TUPLES_OK) {
      server_process_ = take<std::int32_t>(PQgetvalue(result.get(), 0, 0));
    }
    if (!await_result(Patience::Timeout)) return lost();
    CHECK(PQgetResult(handle_.get()) == nullptr);
  }
  if (failure) {
    failure->lost = PQstatus(handle_.get()) != CONNECTION_OK;
    return fail(std::move(*failure));
  }
  if (!await_result(Patience::Timeout)) return lost();
  const ResultHandle mark(PQgetResult(handle_.get()));
  if (!mark || PQresultStatus(mark.get()) != PGRES_PIPELINE_SYNC) return lost();
  return Done{};
}

Status DatabaseConnection::execute(const char* sql) {
  if (!handle_) return lost();
  if (PQsendQuery(handle_.get(), sql) == 0) return lost();
  ASSIGN_OR_RETURN(auto done, answer());
  return Done{};
}

Result<Rows> DatabaseConnection::query(const char* sql) {
  if (!handle_) return lost();
  if (PQsendQueryParams(handle_.get(), sql, 0, nullptr, nullptr, nullptr, nullptr, /*resultFormat=*/1) == 0) {
    return lost();
  }
  ASSIGN_OR_RETURN(auto done, answer());
  return Rows(std::move(done));
}

Result<Rows> DatabaseConnection::run(const char* statement, const Params& params) {
  if (!handle_) return lost();
  if (PQsendQueryPrepared(handle_.get(), statement, params.size(), params.values(), params.lengths(),
                          params.formats(), /*resultFormat=*/1) == 0) {
    return lost();
  }
  ASSIGN_OR_RETURN(auto done, answer());
  return Rows(std::move(done));
}

Status DatabaseConnection::copy_in(const char* sql, const std::string& data) {
  if (!handle_) return lost();
  if (PQsendQuery(handle_.get(), sql) == 0) return lost();
  ASSIGN_OR_RETURN(auto ready, answer());
  CHECK(PQresultStatus(ready.get()) == PGRES_COPY_IN);
  if (PQputCopyData(handle_.get(), data.data(), static_cast<int>(data.size())) != 1) return lost();
  if (PQputCopyEnd(handle_.get(), nullptr) != 1) return lost();
  ASSIGN_OR_RETURN(auto done, answer());
  return Done{};
}

Status DatabaseConnection::copy_out(const char* sql, const std::function<Status(const Row&)>& each) {
  if (!handle_) return lost();
  if (PQsendQuery(handle_.get(), sql) == 0) return lost();
  ASSIGN_OR_RETURN(auto ready, answer(Patience::Endless));
  CHECK(PQresultStatus(ready.get()) == PGRES_COPY_OUT);
  if (auto read = read_copy(each); !read.ok()) {
    drop();  // so that the rest of the rows need not be read
    return read;
  }
  ASSIGN_OR_RETURN(auto done, answer(Patience::Endless));
  return Done{};
}

Status DatabaseConnection::read_copy(const std::function<Status(const Row&)>& each) {
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
    // Each message of the server is one row (manual, "COPY Operations"); the first one also has the header.
    const auto row = Row::from_copy(data);
    CHECK(row.has_value());
    if (row->fields() == 0) continue;
    RETURN_IF_ERROR(each(*row));
  }
}

/// The last result, or the first error.
Result<ResultHandle> DatabaseConnection::answer(Patience patience) {
  ResultHandle last;
  for (;;) {
    const bool here = await_result(patience);
    if (!here && last && failed(last)) break;  // the server sent the reason before it closed the connection
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

/// Sends queued data and waits until PQgetResult does not block. False if the connection is lost.
bool DatabaseConnection::await_result(Patience patience) {
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

bool DatabaseConnection::wait_for_server(short events, Instant until, Patience patience) {
  if (patience == Patience::Endless) until = Instant::max();
  const int socket = PQsocket(handle_.get());
  if (wait_for_socket(socket, events, until, settings_.interrupt.get()) != Waited::Ready) return false;
  pollfd readable{socket, POLLIN, 0};
  return poll(&readable, 1, 0) <= 0 || PQconsumeInput(handle_.get()) != 0;
}

/// The error of a lost connection. Drops the connection.
Error DatabaseConnection::lost() {
  if (!handle_) return fail({"", "there is no connection", true});
  if (settings_.interrupt && settings_.interrupt->raised()) return fail({"", kStopping, true});
  if (PQstatus(handle_.get()) == CONNECTION_OK) return fail({"", "it does not answer", true});
  return fail(failure_of(handle_.get()));
}

Error DatabaseConnection::fail(Failure failure) {
  const char* standby = handle_ ? PQparameterStatus(handle_.get(), "in_hot_standby") : nullptr;
  failure.read_only_by_default = standby != nullptr && std::string_view(standby) == "off";
  if (failure.lost) drop();
  stale_ = stale_ || needs_new_session(failure);
  failure_ = std::move(failure);
  return error_of(failure_, name());
}

}  // namespace firstcome::postgres
