#include "load/connection_pool.h"

#include <algorithm>
#include <chrono>

namespace firstcome::load {
namespace {

constexpr int kAtOnce = 64;
constexpr int kPausesUntilSettled = 4;
constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{1'000};

Tick look_at_clock() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

}  // namespace

void ServerTrouble::add(const ServerTrouble& other) {
  if (other.refused > 0) {
    first_refused = refused == 0 ? other.first_refused : std::min(first_refused, other.first_refused);
    last_refused = std::max(last_refused, other.last_refused);
    why = other.why;
  }
  refused += other.refused;
  broken += other.broken;
  ended += other.ended;
}

ConnectionPool::ConnectionPool(net::EventLoop& loop, std::span<const ServerAddress> servers)
    : loop_(loop), pool_(servers.size()), troubles_(servers.size()) {
  for (std::size_t i = 0; i < servers.size(); ++i) pool_[i].server = &servers[i];
}

void ConnectionPool::want(ClientConnection& connection) {
  ServerSlot& slot = pool_[connection.server()];
  slot.wanted.push_back(&connection);
  if (slot.wanted.size() == 1) come_back(connection.server(), milliseconds{0});
}

void ConnectionPool::come_back(std::size_t index, milliseconds delay) {
  if (pool_[index].pausing) return;
  pool_[index].pausing = true;
  loop_.after(delay, [this, index] {
    pool_[index].pausing = false;
    open_some(index);
  });
}

void ConnectionPool::open_some(std::size_t index) {
  ServerSlot& slot = pool_[index];
  while (!shut_ && !slot.pausing && slot.opening < kAtOnce && !slot.wanted.empty()) {
    ClientConnection& connection = *slot.wanted.front();
    slot.wanted.pop_front();
    ++slot.opening;
    const Tick now = look_at_clock();
    if (const int error = connection.open(*slot.server, loop_, now); error != 0)
      not_opened(connection, error, now);
  }
}

void ConnectionPool::opened(const ClientConnection& connection) {
  ServerSlot& slot = pool_[connection.server()];
  --slot.opening;
  slot.pauses = 0;
  if (!slot.wanted.empty()) come_back(connection.server(), milliseconds{0});
}

void ConnectionPool::not_opened(ClientConnection& connection, int error, Tick now) {
  ServerSlot& slot = pool_[connection.server()];
  --slot.opening;
  slot.wanted.push_back(&connection);
  troubles_[connection.server()].add({.refused = 1, .why = error, .first_refused = now, .last_refused = now});
  if (slot.pausing) return;
  const auto pause = std::min(kFirstPause * (1 << std::min(slot.pauses, 10)), kLongestPause);
  ++slot.pauses;
  come_back(connection.server(), pause);
}

bool ConnectionPool::settled() const {
  return std::ranges::all_of(pool_, [](const ServerSlot& slot) {
    return slot.pauses >= kPausesUntilSettled || (slot.wanted.empty() && slot.opening == 0);
  });
}

}  // namespace firstcome::load
