#include "load/driver.h"

#include <sched.h>

#include <chrono>
#include <utility>

namespace firstcome::load {
namespace {

constexpr milliseconds kSweep{100};
/// Requests sent in one go, so that answers do not wait unread while a backlog is sent.
constexpr int kSendsAtOnce = 64;
constexpr Tick kOpenWithin = 3'000'000'000;

}  // namespace

Driver::Driver(const Plan& plan, std::span<const ServerAddress> servers, int thread)
    : plan_(plan),
      servers_(servers),
      loop_([this] { look_at_clock(); }),
      timer_(loop_, [this] { go_on(); }),
      doors_(loop_, servers),
      pace_(plan, thread),
      crowd_(plan, thread),
      requests_(plan),
      buffer_(AnswerReader::kMost + AnswerReader::kPadding) {
  for (int i = 0; i < connections_of(plan, thread); ++i) {
    const auto number = static_cast<std::size_t>(i) * static_cast<std::size_t>(plan.threads) +
                        static_cast<std::size_t>(thread);
    connections_.push_back(std::make_unique<Connection>(
        *this, static_cast<std::uint8_t>(number % servers.size()), number / servers.size()));
  }
}

Driver::~Driver() { stop(); }

void Driver::stop() {
  if (!thread_.joinable()) return;
  loop_.post([this] { loop_.stop(); });
  thread_.join();
}

/// A thread may leave the table of open files that its process shares; then the limit, which is on the
/// numbers in a table, holds for its connections alone, and the kernel needs no lock to look one up.
bool Driver::start() {
  std::promise<bool> started;
  auto own_table = started.get_future();
  thread_ = std::thread([this, started = std::move(started)]() mutable {
    started.set_value(::unshare(CLONE_FILES) == 0);
    loop_.after(kSweep, [this] { sweep(); });
    loop_.run();
    doors_.shut();
    for (const auto& connection : connections_) connection->close();  // their numbers mean nothing elsewhere
  });
  return own_table.get();
}

std::future<void> Driver::begin(Phase phase, std::function<void()> work) {
  over_ = {};
  auto over = over_.get_future();
  loop_.post([this, phase, work = std::move(work)] {
    look_at_clock();
    phase_ = phase;
    connected_at_ = now_;
    work();
    go_on();
  });
  return over;
}

std::future<void> Driver::connect() {
  return begin(Phase::Connecting, [this] {
    for (const auto& connection : connections_) doors_.want(*connection);
  });
}

std::future<void> Driver::run(Tick at) {
  return begin(Phase::Running, [this, at] {
    interval_ = {};
    pace_.start(at);
  });
}

std::future<void> Driver::ask_again(std::vector<Question> questions) {
  return begin(Phase::AskingAgain, [this, questions = std::move(questions)] {
    questions_.assign(questions.begin(), questions.end());
  });
}

void Driver::stop_asking() {
  loop_.post([this] {
    pace_.stop();
    questions_.clear();
    go_on();
  });
}

Interval Driver::take_interval() {
  std::promise<Interval> taken;
  auto result = taken.get_future();
  loop_.post([this, &taken] {
    interval_.connected = connected_;
    interval_.waiting = waiting_;
    taken.set_value(interval_);
    interval_ = {};
  });
  return result.get();
}

void Driver::look_at_clock() { now_ = std::chrono::steady_clock::now().time_since_epoch().count(); }

// --- sending

void Driver::go_on() {
  int sent = 0;
  while (sent < kSendsAtOnce && send_next()) ++sent;
  if (phase_ == Phase::Running) {
    const std::int64_t dropped = pace_.drop_late(now_);
    tally_.dropped += dropped;
    interval_.dropped += dropped;
  }
  if (free_connection() != nullptr) {
    if (sent == kSendsAtOnce) {
      timer_.set(now_);
    } else if (const auto next = pace_.next(now_); next && phase_ == Phase::Running) {
      timer_.set(*next);
    }
  }
  end_phase_if_over();
}

bool Driver::send_next() {
  Connection* connection = free_connection();
  if (connection == nullptr) return false;
  look_at_clock();
  const auto question = next_question();
  if (!question) return false;
  free_.pop_front();
  connection->queued = false;
  ++waiting_;
  connection->ask(*question, requests_.write(*question, connection->server()), now_);
  return true;
}

Connection* Driver::free_connection() {
  while (!free_.empty() && free_.front()->state() != Connection::State::Free) {
    free_.front()->queued = false;
    free_.pop_front();
  }
  return free_.empty() ? nullptr : free_.front();
}

std::optional<Question> Driver::next_question() {
  if (phase_ == Phase::AskingAgain && !questions_.empty()) {
    Question question = questions_.front();
    questions_.pop_front();
    question.intended = now_;
    return question;
  }
  if (phase_ != Phase::Running) return std::nullopt;
  const auto intended = pace_.take(now_, waiting_);
  if (!intended) return std::nullopt;
  const Press press = crowd_.next();
  return Question{.what = press.fixed ? Question::What::Fixed : Question::What::Coupon,
                  .fate = press.fate,
                  .policy = press.policy,
                  .user = press.user,
                  .intended = *intended};
}

void Driver::end_phase_if_over() {
  const bool over = phase_ == Phase::Connecting    ? doors_.settled()
                    : phase_ == Phase::Running     ? pace_.finished(now_) && waiting_ == 0
                    : phase_ == Phase::AskingAgain ? questions_.empty() && waiting_ == 0
                                                   : false;
  if (!over) return;
  phase_ = Phase::Rest;
  std::promise<void> promise = std::move(over_);  // whoever waits may begin the next phase at once
  promise.set_value();
}

// --- what connections tell

void Driver::set_free(Connection& connection) {
  if (connection.queued) return;
  connection.queued = true;
  free_.push_back(&connection);
}

void Driver::lose(Connection& connection) {
  --connected_;
  doors_.want(connection);
}

void Driver::opened(Connection& connection) {
  ++connected_;
  doors_.opened(connection);
  set_free(connection);
  go_on();
}

void Driver::not_opened(Connection& connection, int error) { doors_.not_opened(connection, error, now_); }

void Driver::ended(Connection& connection) {
  ++doors_.trouble(connection.server()).ended;
  lose(connection);
}

void Driver::answered(Connection& connection, const Answer& answer) {
  look_at_clock();
  --waiting_;
  const Question& question = connection.question();
  const bool about = is_about(question, answer);
  if (!about) tally_.remark("an answer that names another user or policy than was asked for");
  const Outcome outcome = about ? answer.outcome : Outcome::Unreadable;
  if (outcome == Outcome::OtherRefusal) {
    tally_.remark("HTTP " + std::to_string(answer.status) + " " + std::string(answer.result));
  }
  note(question, connection, answer, outcome);
  if (connection.state() == Connection::State::Free) {
    set_free(connection);
  } else {
    lose(connection);
  }
  go_on();
}

void Driver::unanswered(Connection& connection, Outcome why, std::string_view complaint) {
  look_at_clock();
  --waiting_;
  if (why == Outcome::Broken) ++doors_.trouble(connection.server()).broken;
  if (!complaint.empty()) tally_.remark("an answer that cannot be read: " + std::string(complaint));
  note(connection.question(), connection, {}, why);
  lose(connection);
}

/// Ends what takes too long, and whole phases that lead nowhere.
void Driver::sweep() {
  const Tick timeout = nanoseconds(plan_.timeout).count();
  for (const auto& connection : connections_) {
    const auto state = connection->state();
    if ((state == Connection::State::Waiting && now_ - connection->since() > timeout) ||
        (state == Connection::State::Opening && now_ - connection->since() > kOpenWithin)) {
      connection->give_up();
    }
  }
  if (connected_ > 0) connected_at_ = now_;
  if (connected_ == 0 && now_ - connected_at_ > timeout && phase_ != Phase::Connecting) {
    pace_.stop();
    questions_.clear();
  }
  go_on();
  loop_.after(kSweep, [this] { sweep(); });
}

// --- what is written down

bool Driver::is_about(const Question& question, const Answer& answer) const {
  if (question.what == Question::What::Fixed) return true;
  const auto policy = plan_.policies[question.policy].value;
  return (answer.user == 0 || answer.user == question.user.value) &&
         (answer.policy == 0 || answer.policy == policy);
}

void Driver::count(const Question& question, const Connection& connection, const Answer& answer,
                   Outcome outcome) {
  const nanoseconds latency{now_ - question.intended};
  if (question.what == Question::What::Fixed) {
    if (answer.status == 201) {
      tally_.fixed.add(latency);
      interval_.fixed.add(latency);
    } else {
      ++tally_.fixed_unanswered;
      if (answer.status != 0)
        tally_.remark("HTTP " + std::to_string(answer.status) + " instead of the fixed answer");
    }
    return;
  }
  tally_.latencies[index_of(outcome)].add(latency);
  ++interval_.counts[index_of(outcome)];
  if (!is_answer(outcome)) return;
  tally_.service.add(nanoseconds{now_ - connection.since()});
  interval_.latencies.add(latency);
}

void Driver::note(const Question& question, const Connection& connection, const Answer& answer,
                  Outcome outcome) {
  if (phase_ == Phase::Running) {
    count(question, connection, answer, outcome);
    if (is_answer(outcome)) last_answer_ = now_;
  }
  if (question.what == Question::What::Fixed) return;
  Row row{.user = question.user,
          .sent = connection.since(),
          .policy = question.policy,
          .server = connection.server(),
          .asked = question.what == Question::What::Ticket ? Row::Asked::Ticket : Row::Asked::Coupon,
          .outcome = outcome};
  if (is_answer(outcome)) {
    row.answered = now_;
    row.status = static_cast<std::int16_t>(answer.status);
    row.sequence = static_cast<std::int32_t>(answer.sequence);
    if (answer.issued_at) row.issued_at_ms = to_millis(*answer.issued_at);
    if (answer.as_of) {
      row.as_of_partition = answer.as_of->partition;
      row.as_of_offset = answer.as_of->offset;
      row.as_of_at_ms = to_millis(answer.as_of->at);
    }
  }
  const bool by_ticket = question.what == Question::What::Ticket;
  row.ticket = notebook_.keep_ticket(by_ticket            ? question.ticket
                                     : is_answer(outcome) ? answer.ticket
                                                          : std::string_view{});
  notebook_.add(row);
}

}  // namespace firstcome::load
