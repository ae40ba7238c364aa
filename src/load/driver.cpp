#include "load/driver.h"

#include <sched.h>

#include <chrono>
#include <utility>

namespace firstcome::load {
namespace {

constexpr milliseconds kTimeoutCheckInterval{100};
/// Maximum number of requests sent before responses are read again.
constexpr int kSendsAtOnce = 64;
constexpr Tick kConnectTimeout = 3'000'000'000;

}  // namespace

Driver::Driver(const Plan& plan, std::span<const ServerAddress> servers, int thread)
    : plan_(plan),
      servers_(servers),
      loop_([this] { read_clock(); }),
      timer_(loop_, [this] { proceed(); }),
      pool_(loop_, servers),
      schedule_(plan, thread),
      workload_(plan, thread),
      coupon_use_(plan),
      text_(plan),
      recorder_(plan),
      buffer_(ResponseReader::kMost + ResponseReader::kPadding) {
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

/// unshare(2) gives the thread its own table of open files. The limit applies to each table.
bool Driver::start(bool own_files) {
  std::promise<bool> started;
  auto result = started.get_future();
  thread_ = std::thread([this, own_files, started = std::move(started)]() mutable {
    started.set_value(!own_files || ::unshare(CLONE_FILES) == 0);
    loop_.after(kTimeoutCheckInterval, [this] { check_timeouts(); });
    loop_.run();
    pool_.stop();
    for (const auto& connection : connections_)
      connection->close();  // another thread could not close them: the table is this thread's
  });
  return result.get();
}

std::future<void> Driver::begin(Phase phase, std::function<void()> work) {
  finished_ = {};
  auto finished = finished_.get_future();
  loop_.post([this, phase, work = std::move(work)] {
    read_clock();
    phase_ = phase;
    connected_at_ = now_;
    work();
    proceed();
  });
  return finished;
}

std::future<void> Driver::connect() {
  return begin(Phase::Connecting, [this] {
    for (const auto& connection : connections_) pool_.connect(*connection);
  });
}

std::future<void> Driver::run(Tick at) {
  return begin(Phase::Running, [this, at] {
    recorder_.set_counting(true);
    schedule_.start(at);
  });
}

std::future<void> Driver::follow_up(std::vector<PlannedRequest> requests) {
  return begin(Phase::FollowingUp, [this, requests = std::move(requests)] {
    recorder_.set_counting(false);
    follow_ups_.assign(requests.begin(), requests.end());
  });
}

void Driver::stop_sending() {
  loop_.post([this] {
    schedule_.stop();
    follow_ups_.clear();
    commands_.clear();
    proceed();
  });
}

Interval Driver::take_interval() {
  std::promise<Interval> taken;
  auto result = taken.get_future();
  loop_.post([this, &taken] {
    Interval interval = recorder_.take_interval();
    interval.connected = connected_;
    interval.waiting = waiting_;
    taken.set_value(interval);
  });
  return result.get();
}

void Driver::read_clock() { now_ = std::chrono::steady_clock::now().time_since_epoch().count(); }

// --- sending

void Driver::proceed() {
  int sent = 0;
  while (sent < kSendsAtOnce && send_next()) ++sent;
  if (phase_ == Phase::Running) {
    recorder_.add_dropped(schedule_.drop_late(now_));
  }
  if (idle_connection() != nullptr) {
    if (sent == kSendsAtOnce) {
      timer_.set(now_);
    } else if (const auto next = schedule_.next(now_); next && phase_ == Phase::Running) {
      timer_.set(*next);
    }
  }
  end_phase_if_finished();
}

bool Driver::send_next() {
  ClientConnection* connection = idle_connection();
  if (connection == nullptr) return false;
  read_clock();
  const auto request = next_request();
  if (!request) return false;
  idle_.pop_front();
  connection->queued = false;
  ++waiting_;
  connection->send(*request, text_.write(*request, connection->server()), now_);
  return true;
}

ClientConnection* Driver::idle_connection() {
  while (!idle_.empty() && idle_.front()->state() != ClientConnection::State::Idle) {
    idle_.front()->queued = false;
    idle_.pop_front();
  }
  return idle_.empty() ? nullptr : idle_.front();
}

std::optional<PlannedRequest> Driver::next_request() {
  if (phase_ == Phase::FollowingUp && !follow_ups_.empty()) {
    PlannedRequest request = follow_ups_.front();
    follow_ups_.pop_front();
    request.intended = now_;
    return request;
  }
  if (phase_ != Phase::Running) return std::nullopt;
  if (!commands_.empty()) {
    const PlannedRequest command = commands_.front();
    commands_.pop_front();
    return command;
  }
  const auto intended = schedule_.take(now_, waiting_);
  if (!intended) return std::nullopt;
  PlannedRequest request = workload_.next();
  request.intended = *intended;
  return request;
}

void Driver::end_phase_if_finished() {
  const bool finished = phase_ == Phase::Connecting ? pool_.settled()
                        : phase_ == Phase::Running
                            ? schedule_.finished(now_) && waiting_ == 0 && commands_.empty()
                        : phase_ == Phase::FollowingUp ? follow_ups_.empty() && waiting_ == 0
                                                       : false;
  if (!finished) return;
  phase_ = Phase::None;
  std::promise<void> promise = std::move(finished_);  // the waiting thread may begin the next phase at once
  promise.set_value();
}

// --- events of connections

void Driver::set_idle(ClientConnection& connection) {
  if (connection.queued) return;
  connection.queued = true;
  idle_.push_back(&connection);
}

void Driver::reconnect(ClientConnection& connection) {
  --connected_;
  pool_.connect(connection);
}

void Driver::on_connected(ClientConnection& connection) {
  ++connected_;
  pool_.on_connected(connection);
  set_idle(connection);
  proceed();
}

void Driver::on_connect_failed(ClientConnection& connection, int error) {
  pool_.on_connect_failed(connection, error, now_);
}

void Driver::on_closed(ClientConnection& connection) { reconnect(connection); }

void Driver::on_response(ClientConnection& connection, const Response& response) {
  read_clock();
  --waiting_;
  recorder_.add_response(connection.request(), connection, response, now_);
  add_command(connection.request(), response);
  if (connection.state() == ClientConnection::State::Idle) {
    set_idle(connection);
  } else {
    reconnect(connection);
  }
  proceed();
}

void Driver::add_command(const PlannedRequest& request, const Response& response) {
  if (phase_ != Phase::Running || request.kind != PlannedRequest::Kind::Coupon) return;
  if (response.result != RequestResult::Success || response.sequence == 0) return;
  auto command = coupon_use_.next(request, response.sequence);
  if (!command) return;
  command->intended = now_;
  commands_.push_back(*command);
}

void Driver::on_no_response(ClientConnection& connection, RequestResult why, std::string_view error) {
  read_clock();
  --waiting_;
  if (why == RequestResult::Broken) ++pool_.errors(connection.server()).broken;
  recorder_.add_failure(connection.request(), connection, why, error, now_);
  reconnect(connection);
}

/// Ends requests that take too long, and a phase without any connection.
void Driver::check_timeouts() {
  const Tick timeout = nanoseconds(plan_.timeout).count();
  for (const auto& connection : connections_) {
    const auto state = connection->state();
    if ((state == ClientConnection::State::Waiting && now_ - connection->since() > timeout) ||
        (state == ClientConnection::State::Opening && now_ - connection->since() > kConnectTimeout)) {
      connection->time_out();
    }
  }
  if (connected_ > 0) connected_at_ = now_;
  if (connected_ == 0 && now_ - connected_at_ > timeout && phase_ != Phase::Connecting) {
    schedule_.stop();
    follow_ups_.clear();
    commands_.clear();
  }
  proceed();
  loop_.after(kTimeoutCheckInterval, [this] { check_timeouts(); });
}

}  // namespace firstcome::load
