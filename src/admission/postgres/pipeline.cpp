#include "admission/postgres/pipeline.h"

#include <poll.h>

#include <memory>
#include <utility>

#include "admission/postgres/stored_row.h"

namespace firstcome::admission {

Pipeline::Pipeline(net::EventLoop& loop, Connector& connector, ValidationSink& sink, const Limits& limits,
                   const std::function<void(const Error&)>& report)
    : loop_(loop), connector_(connector), sink_(sink), limits_(limits), report_(report) {
  connect();
}

Pipeline::~Pipeline() { connector_.forget(this); }

void Pipeline::connect() {
  connector_.want(this, [this](postgres::ConnectionHandle made) {
    // std::function needs a copyable handle.
    const auto handle = std::make_shared<postgres::ConnectionHandle>(std::move(made));
    loop_.post([this, handle] { connected(std::move(*handle)); });
  });
}

void Pipeline::connected(postgres::ConnectionHandle handle) {
  handle_ = std::move(handle);
  broken_ = PQenterPipelineMode(handle_.get()) == 0 || !loop_.add(PQsocket(handle_.get()), *this);
  if (broken_) lose();
}

// --- asking --------------------------------------------------------------------------------------------

Validator::Sent Pipeline::ask(const Question& question, Instant now) {
  using Sent = Validator::Sent;
  if (!handle_ || broken_ || is_overdue(now, limits_.stuck_after)) return Sent::Away;
  if (questions_.size() >= limits_.most) return Sent::Full;
  postgres::Params params;
  put_question(question, params);
  if (PQsendQueryPrepared(handle_.get(), validation_statement().name, params.size(), params.values(),
                          params.lengths(), params.formats(), /*resultFormat=*/1) == 0) {
    broken_ = true;
    return Sent::Away;
  }
  questions_.push_back({question.token, question.policy, now});
  unsent_ = true;
  return Sent::Sent;
}

/// The server runs the statements before a sync as one transaction, each statement with its own snapshot (READ COMMITTED),
/// and sends all answers at its end.
void Pipeline::send() {
  if (handle_ && !broken_ && std::exchange(unsent_, false)) {
    broken_ = PQpipelineSync(handle_.get()) == 0;
    if (!broken_) flush();
  }
  if (broken_) lose();
}

void Pipeline::flush() {
  if (PQflush(handle_.get()) < 0) broken_ = true;  // 1: EPOLLOUT follows when there is room
}

void Pipeline::on_time(Instant now) {
  if (!handle_) return;
  if (is_overdue(now, limits_.lost_after)) broken_ = true;
  // Bytes that the TLS library has already read cause no event of the socket.
  if (!broken_ && PQsslInUse(handle_.get()) != 0) read();
  if (broken_) lose();
}

// --- being answered -------------------------------------------------------------------------------------

void Pipeline::ready(std::uint32_t events) {
  if (!handle_) return;  // an event of the previous connection
  if ((events & EPOLLOUT) != 0) flush();
  if (!broken_) read();
  if (broken_) lose();
}

/// Edge-triggered: there is one event for new bytes, so this reads all of them.
void Pipeline::read() {
  do {
    if (PQconsumeInput(handle_.get()) == 0) broken_ = true;
    take_results();  // also results that arrived before the end of the stream
  } while (!broken_ && readable());
}

bool Pipeline::readable() const {
  pollfd socket{PQsocket(handle_.get()), POLLIN, 0};
  return ::poll(&socket, 1, 0) > 0;
}

/// libpq returns the result of a question, then null, then the next result, and a sync mark behind each group.
void Pipeline::take_results() {
  int nothing = 0;
  while (PQisBusy(handle_.get()) == 0) {
    postgres::ResultHandle result(PQgetResult(handle_.get()));
    if (!result) {
      if (++nothing == 2) break;  // no more results
      continue;
    }
    nothing = 0;
    if (PQresultStatus(result.get()) != PGRES_PIPELINE_SYNC) take(std::move(result));
  }
  if (PQstatus(handle_.get()) != CONNECTION_OK) broken_ = true;
}

void Pipeline::take(postgres::ResultHandle result) {
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_FATAL_ERROR) {
    const postgres::Failure failure = postgres::failure_of(result.get());
    if (!std::exchange(troubled_, true)) report_(postgres::error_of(failure, "validation by the database"));
    if (postgres::needs_new_session(failure)) broken_ = true;
  }
  if (questions_.empty()) return;  // the server has closed the session
  const Asked question = questions_.front();
  questions_.pop_front();
  std::optional<Stored> stored;
  if (status == PGRES_TUPLES_OK) {
    stored = read_stored(question.policy, postgres::Rows(std::move(result)));
    troubled_ = false;
  }
  sink_.validated(question.token, stored ? &*stored : nullptr);
}

void Pipeline::lose() {
  handle_.reset();
  broken_ = false;
  unsent_ = false;
  for (const Asked& question : std::exchange(questions_, {})) sink_.validated(question.token, nullptr);
  connect();
}

}  // namespace firstcome::admission
