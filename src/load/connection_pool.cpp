#include "load/connection_pool.h"

#include <algorithm>
#include <chrono>

namespace firstcome::load {
namespace {

constexpr int kOpeningMax = 64;
constexpr int kPausesUntilSettled = 4;
constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{1'000};

Tick read_clock() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

}  // namespace

void ServerErrors::add(const ServerErrors& other) {
  if (other.refused > 0) {
    first_refused = refused == 0 ? other.first_refused : std::min(first_refused, other.first_refused);
    last_refused = std::max(last_refused, other.last_refused);
    last_errno = other.last_errno;
  }
  refused += other.refused;
  broken += other.broken;
}

ConnectionPool::ConnectionPool(net::EventLoop& loop, std::span<const ServerAddress> servers)
    : loop_(loop), slots_(servers.size()), errors_(servers.size()) {
  for (std::size_t i = 0; i < servers.size(); ++i) slots_[i].server = &servers[i];
}

void ConnectionPool::connect(ClientConnection& connection) {
  ServerSlot& slot = slots_[connection.server()];
  slot.queue.push_back(&connection);
  if (slot.queue.size() == 1) schedule(connection.server(), milliseconds{0});
}

void ConnectionPool::schedule(std::size_t index, milliseconds delay) {
  if (slots_[index].scheduled) return;
  slots_[index].scheduled = true;
  loop_.after(delay, [this, index] {
    slots_[index].scheduled = false;
    open_some(index);
  });
}

void ConnectionPool::open_some(std::size_t index) {
  ServerSlot& slot = slots_[index];
  while (!stopped_ && !slot.scheduled && slot.opening < kOpeningMax && !slot.queue.empty()) {
    ClientConnection& connection = *slot.queue.front();
    slot.queue.pop_front();
    ++slot.opening;
    const Tick now = read_clock();
    if (const int error = connection.open(*slot.server, loop_, now); error != 0)
      on_connect_failed(connection, error, now);
  }
}

void ConnectionPool::on_connected(const ClientConnection& connection) {
  ServerSlot& slot = slots_[connection.server()];
  --slot.opening;
  slot.pauses = 0;
  if (!slot.queue.empty()) schedule(connection.server(), milliseconds{0});
}

void ConnectionPool::on_connect_failed(ClientConnection& connection, int error, Tick now) {
  ServerSlot& slot = slots_[connection.server()];
  --slot.opening;
  slot.queue.push_back(&connection);
  errors_[connection.server()].add(
      {.refused = 1, .last_errno = error, .first_refused = now, .last_refused = now});
  if (slot.scheduled) return;
  const auto pause = std::min(kFirstPause * (1 << std::min(slot.pauses, 10)), kLongestPause);
  ++slot.pauses;
  schedule(connection.server(), pause);
}

bool ConnectionPool::settled() const {
  return std::ranges::all_of(slots_, [](const ServerSlot& slot) {
    return slot.pauses >= kPausesUntilSettled || (slot.queue.empty() && slot.opening == 0);
  });
}

}  // namespace firstcome::load
