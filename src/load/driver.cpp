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
      pool_(loop_, servers),
      pace_(plan, thread),
      workload_(plan, thread),
      requests_(plan),
      ledger_(plan),
      buffer_(AnswerReader::kMost + AnswerReader::kPadding) {
  for (int i = 0; i < connections_of(plan, thread); ++i) {
    const auto number = static_cast<std::size_t>(i) * static_cast<std::size_t>(plan.threads) +
                        static_cast<std::size_t>(thread);
    connections_.push_back(std::make_unique<ClientConnection>(
        *this, static_cast<std::uint8_t>(number % servers.size()), number / servers.size()));
  }
}

Driver::~Driver() { stop(); }

void Driver::stop() {
  if (!thread_.joinable()) return;
  loop_.post([this] { loop_.stop(); });
  thread_.join();
}

/// A thread may leave the table of open files that its process shares: unshare(2). The limit is on the
/// numbers in a table.
bool Driver::start(bool own_files) {
  std::promise<bool> started;
  auto as_wanted = started.get_future();
  thread_ = std::thread([this, own_files, started = std::move(started)]() mutable {
    started.set_value(!own_files || ::unshare(CLONE_FILES) == 0);
    loop_.after(kSweep, [this] { sweep(); });
    loop_.run();
    pool_.shut();
    for (const auto& connection : connections_) connection->close();  // their numbers mean nothing elsewhere
  });
  return as_wanted.get();
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
    for (const auto& connection : connections_) pool_.want(*connection);
  });
}

std::future<void> Driver::run(Tick at) {
  return begin(Phase::Running, [this, at] {
    ledger_.measure(true);
    pace_.start(at);
  });
}

std::future<void> Driver::ask_again(std::vector<Question> questions) {
  return begin(Phase::AskingAgain, [this, questions = std::move(questions)] {
    ledger_.measure(false);
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
    Interval interval = ledger_.take_interval();
    interval.connected = connected_;
    interval.waiting = waiting_;
    taken.set_value(interval);
  });
  return result.get();
}

void Driver::look_at_clock() { now_ = std::chrono::steady_clock::now().time_since_epoch().count(); }

// --- sending

void Driver::go_on() {
  int sent = 0;
  while (sent < kSendsAtOnce && send_next()) ++sent;
  if (phase_ == Phase::Running) {
    ledger_.dropped(pace_.drop_late(now_));
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
  ClientConnection* connection = free_connection();
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

ClientConnection* Driver::free_connection() {
  while (!free_.empty() && free_.front()->state() != ClientConnection::State::Free) {
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
  const Press press = workload_.next();
  return Question{.what = press.fixed ? Question::What::Fixed : Question::What::Coupon,
                  .fate = press.fate,
                  .policy = press.policy,
                  .user = press.user,
                  .intended = *intended};
}

void Driver::end_phase_if_over() {
  const bool over = phase_ == Phase::Connecting    ? pool_.settled()
                    : phase_ == Phase::Running     ? pace_.finished(now_) && waiting_ == 0
                    : phase_ == Phase::AskingAgain ? questions_.empty() && waiting_ == 0
                                                   : false;
  if (!over) return;
  phase_ = Phase::Rest;
  std::promise<void> promise = std::move(over_);  // whoever waits may begin the next phase at once
  promise.set_value();
}

// --- what connections tell

void Driver::set_free(ClientConnection& connection) {
  if (connection.queued) return;
  connection.queued = true;
  free_.push_back(&connection);
}

void Driver::lose(ClientConnection& connection) {
  --connected_;
  pool_.want(connection);
}

void Driver::opened(ClientConnection& connection) {
  ++connected_;
  pool_.opened(connection);
  set_free(connection);
  go_on();
}

void Driver::not_opened(ClientConnection& connection, int error) {
  pool_.not_opened(connection, error, now_);
}

void Driver::ended(ClientConnection& connection) {
  ++pool_.trouble(connection.server()).ended;
  lose(connection);
}

void Driver::answered(ClientConnection& connection, const Answer& answer) {
  look_at_clock();
  --waiting_;
  ledger_.answered(connection.question(), connection, answer, now_);
  if (connection.state() == ClientConnection::State::Free) {
    set_free(connection);
  } else {
    lose(connection);
  }
  go_on();
}

void Driver::unanswered(ClientConnection& connection, RequestResult why, std::string_view complaint) {
  look_at_clock();
  --waiting_;
  if (why == RequestResult::Broken) ++pool_.trouble(connection.server()).broken;
  ledger_.unanswered(connection.question(), connection, why, complaint, now_);
  lose(connection);
}

/// Ends what takes too long, and whole phases that lead nowhere.
void Driver::sweep() {
  const Tick timeout = nanoseconds(plan_.timeout).count();
  for (const auto& connection : connections_) {
    const auto state = connection->state();
    if ((state == ClientConnection::State::Waiting && now_ - connection->since() > timeout) ||
        (state == ClientConnection::State::Opening && now_ - connection->since() > kOpenWithin)) {
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

}  // namespace firstcome::load
