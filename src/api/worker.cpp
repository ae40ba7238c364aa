#include "api/worker.h"

#include <pthread.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace firstcome::api {
namespace {

constexpr milliseconds kTick{5};
constexpr milliseconds kSweep{250};
constexpr std::uint64_t kSweepsToDropUnused = 4;
/// How long requests that have just arrived wait for those that have more to do.
constexpr std::chrono::microseconds kTurnsMost{500};
/// The number of a caller: the slot of its connection in the low bits, the number of the request above.
constexpr int kSlotBits = 20;
constexpr std::uint64_t kSlotMask = (std::uint64_t{1} << kSlotBits) - 1;

}  // namespace

Worker::Worker(WorkerShared shared, std::uint32_t sender, std::string name)
    : shared_(shared),
      sender_(sender),
      name_(std::move(name)),
      loop_([this] { read_clocks(); }, [this](Instant ended) { turn_over(ended); }),
      inbox_([this] { loop_.post([this] { on_mail(); }); }),
      appender_(shared.parts.journal.make_appender(inbox_)),
      spans_(shared.parts.spans),
      validator_(shared.parts.validators ? shared.parts.validators->make(loop_, *this) : nullptr),
      calls_(CallParts{.callers = *this,
                       .snapshots = shared.parts.snapshots,
                       .readiness = shared.readiness,
                       .logs = shared.parts.logs,
                       .appender = *appender_,
                       .sender = sender,
                       .queries = shared.queries,
                       .counts = shared.counts,
                       .scrapes = shared.scrapes,
                       .tickets = shared.tickets,
                       .codes = shared.codes,
                       .record_mac = shared.record_mac,
                       .era = shared.parts.store_settings.era,
                       .places = inbox_,
                       .answers = inbox_,
                       .limits = shared.limits,
                       .draining = shared.draining,
                       .ask_end = shared.parts.ask_end,
                       .spans = spans_,
                       .wrong_credentials = shared.wrong_credentials,
                       .report_refused_credential = shared.parts.report_refused_credential,
                       .validation = validation()},
             shared.settings.admission, static_cast<const CallSettings&>(shared.settings)) {
  if (const auto& file = shared.settings.access_log)
    access_lines_.emplace(*file, shared.settings.access_log_users);
}

Worker::~Worker() {
  stop();
  for (replica::DecidedLog* log : shared_.parts.logs) log->forget(inbox_);
}

std::optional<admission::Validation::Parts> Worker::validation() {
  if (!validator_) return std::nullopt;
  return admission::Validation::Parts{
      .validator = *validator_,
      .counters = counters_.validations(),
      .era = shared_.parts.store_settings.era,
      .timeout = shared_.settings.validation_timeout,
      .waits = [this](admission::Caller caller) { return find(caller) != nullptr; }};
}

void Worker::turn_over(Instant ended) {
  if (access_lines_) access_lines_->flush();
  spans_.flush();
  if (validator_) validator_->send();
  counters_.turn_over(ended - now_.steady, calls_.pending());
}

void Worker::read_clocks() {
  now_ = {.wall = std::chrono::floor<milliseconds>(std::chrono::system_clock::now()),
          .steady = std::chrono::steady_clock::now()};
}

// --- from any thread ----------------------------------------------------------------------------------

void Worker::start() {
  thread_ = std::thread([this] { run(); });
}

void Worker::adopt(int native_socket, bool admin, const net::PeerAddress& peer) {
  loop_.post([this, native_socket, admin, peer] {
    if (free_slots_.empty()) {
      free_slots_.push_back(static_cast<std::uint32_t>(slots_.size()));
      slots_.push_back(nullptr);
    }
    const std::uint32_t slot = free_slots_.back();
    free_slots_.pop_back();
    if (!slots_[slot]) slots_[slot] = std::make_unique<Slot>(*this, shared_.settings.connection, slot);
    slots_[slot]->accepted_from = peer;
    slots_[slot]->connection.open(native_socket, admin, peer, loop_, shared_.settings.certificate.get(),
                                  !admin && shared_.settings.proxy_protocol);
  });
}

void Worker::make_room(const OpenConnections::Surplus& surplus, std::function<void(std::size_t)> closed) {
  loop_.post([this, surplus, closed = std::move(closed)] { closed(close_longest_idle(surplus)); });
}

void Worker::when_idle(std::function<void()> idle) {
  loop_.post([this, idle = std::move(idle)] {
    if (handling_ == 0) return idle();
    idle_ = idle;
  });
}

void Worker::stop() {
  if (!thread_.joinable()) return;
  loop_.post([this] {
    for (auto& slot : slots_) {
      if (slot) slot->connection.close_politely();
    }
    loop_.stop();
  });
  thread_.join();
}

void Worker::add_to(thread::Pulse& pulse) {
  const auto ran = std::make_shared<std::atomic<bool>>(true);
  pulse.add(name_, [this, ran] {
    if (!ran->exchange(false)) return false;
    loop_.post([ran] { ran->store(true); });
    return true;
  });
}

void Worker::add_to(Figures& figures) const {
  counters_.add_to(figures);
  const admission::RepeatCounters& repeats = calls_.admission().repeats();
  for (std::size_t i = 0; i < repeats.size(); ++i) figures.repeats[i] += repeats[i].value();
}

// --- the worker's thread --------------------------------------------------------------------------------

void Worker::run() {
  pthread_setname_np(pthread_self(), name_.c_str());
  loop_.after(kSweep, [this] { sweep(); });
  loop_.run();
}

net::Handled Worker::handle(net::HttpConnection& connection) {
  Exchange& exchange = exchange_of(connection);
  exchange.begin();
  exchange.caller = ++requests_ << kSlotBits | connection.slot();
  if (shared_.draining.load(std::memory_order_relaxed)) exchange.close = true;
  exchange.began = now_.steady;
  ++handling_;
  calls_.set_time(now_);
  const net::Handled done = calls_.handle(exchange);
  if (exchange.put_off == nullptr) return handled(done, exchange);
  go_on_later(connection);
  return done;
}

net::Handled Worker::handled(net::Handled handled, const Exchange& exchange) {
  if (handled == net::Handled::Now) {
    answered_at_once(exchange);
  } else if (!std::exchange(ticking_, true)) {
    loop_.after(kTick, [this] { tick(); });
  }
  return handled;
}

void Worker::refuse(net::HttpConnection& connection, net::RequestError error, std::string_view detail) {
  Exchange& exchange = exchange_of(connection);
  exchange.begin();
  exchange.caller = ++requests_ << kSlotBits | connection.slot();
  ++handling_;
  calls_.set_time(now_);
  calls_.refuse(problem_of(error), detail, exchange);
  answered_at_once(exchange);
}

void Worker::answered_at_once(const Exchange& exchange) {
  counters_.answered_at_once(exchange);
  spans_.answered(exchange);
  if (access_lines_) access_lines_->add(exchange, now_.wall);
}

void Worker::done(net::HttpConnection&) {
  --handling_;
  if (handling_ == 0 && idle_) std::exchange(idle_, nullptr)();
}

void Worker::go_on_later(net::HttpConnection& connection) {
  Slot& slot = *slots_[connection.slot()];
  if (std::exchange(slot.waits_for_turn, true)) return;
  turns_.add(slot.exchange.peer, &connection);
  if (!std::exchange(turns_posted_, true)) loop_.post([this] { take_turns(); });
}

void Worker::take_turns() {
  calls_.set_time(now_);
  const Instant until = std::chrono::steady_clock::now() + kTurnsMost;
  do {
    take_turn(*turns_.next());
  } while (!turns_.empty() && std::chrono::steady_clock::now() < until);
  turns_posted_ = !turns_.empty();
  if (turns_posted_) loop_.post([this] { take_turns(); });
}

/// A connection that was closed, or reused for another client, has nothing to do here.
void Worker::take_turn(net::HttpConnection& connection) {
  Slot& slot = *slots_[connection.slot()];
  slot.waits_for_turn = false;
  if (!connection.is_handled() || slot.exchange.put_off == nullptr) return connection.take_turn();
  if (handled(calls_.handle_put_off(slot.exchange), slot.exchange) == net::Handled::Now) connection.answer();
}

void Worker::closed(net::HttpConnection& connection) {
  free_slots_.push_back(connection.slot());
  const Slot& slot = *slots_[connection.slot()];
  shared_.connections.remove(slot.accepted_from, slot.exchange.admin);
}

std::size_t Worker::close_longest_idle(const OpenConnections::Surplus& surplus) {
  std::vector<std::pair<milliseconds, net::HttpConnection*>> idle;
  std::size_t open = 0;
  for (const auto& slot : slots_) {
    if (!slot || !slot->connection.is_open() || slot->accepted_from.prefix() != surplus.client) continue;
    ++open;
    const auto since = slot->connection.idle();
    if (since && !slot->waits_for_turn) idle.emplace_back(*since, &slot->connection);
  }
  const std::size_t share = (surplus.to_close * open + surplus.open - 1) / surplus.open;
  std::ranges::sort(idle, std::greater{}, [](const auto& one) { return one.first; });
  std::size_t closed = 0;
  for (const auto& [since, connection] : idle) {
    if (closed == share) break;
    if (connection->close_if_silent()) ++closed;
  }
  return closed;
}

Exchange* Worker::find(admission::Caller caller) {
  Slot& slot = *slots_[caller & kSlotMask];
  return slot.connection.is_handled() && slot.exchange.caller == caller ? &slot.exchange : nullptr;
}

void Worker::answer(admission::Caller caller) {
  Slot& slot = *slots_[caller & kSlotMask];
  counters_.answered_later(slot.exchange, now_.steady);
  spans_.answered(slot.exchange);
  if (access_lines_) access_lines_->add(slot.exchange, now_.wall);
  slot.connection.answer();
}

void Worker::validated(std::uint64_t token, const admission::Stored* stored) {
  calls_.set_time(now_);
  calls_.admission().on_validated(token, stored, now_);
}

void Worker::on_mail() {
  inbox_.take(mail_);
  calls_.set_time(now_);
  calls_.admission().on_answers(mail_.answers, now_);
  calls_.admission().on_acknowledged(mail_.acknowledgements, now_);
  for (const std::uint64_t token : mail_.places) calls_.queries().place_decided(token);
  for (const auto& [caller, answer] : mail_.questions) calls_.on_question_answered(caller, answer);
}

void Worker::tick() {
  on_mail();  // acknowledgements of appended records cause no wake-up
  if (validator_) validator_->on_time(now_.steady);
  calls_.on_time();
  ticking_ = calls_.waiting();
  if (ticking_) loop_.after(kTick, [this] { tick(); });
}

void Worker::sweep() {
  for (auto& slot : slots_) {
    if (slot) slot->connection.grow_older(kSweep);
  }
  if (++sweeps_ % kSweepsToDropUnused == 0) calls_.drop_unused();
  loop_.after(kSweep, [this] { sweep(); });
}

}  // namespace firstcome::api
