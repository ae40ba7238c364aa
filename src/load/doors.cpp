#include "load/doors.h"

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

Doors::Doors(net::EventLoop& loop, std::span<const ServerAddress> servers)
    : loop_(loop), doors_(servers.size()), troubles_(servers.size()) {
  for (std::size_t i = 0; i < servers.size(); ++i) doors_[i].server = &servers[i];
}

void Doors::want(Connection& connection) {
  Door& door = doors_[connection.server()];
  door.wanted.push_back(&connection);
  if (door.wanted.size() == 1) come_back(connection.server(), milliseconds{0});
}

void Doors::come_back(std::size_t index, milliseconds delay) {
  if (doors_[index].pausing) return;
  doors_[index].pausing = true;
  loop_.after(delay, [this, index] {
    doors_[index].pausing = false;
    open_some(index);
  });
}

void Doors::open_some(std::size_t index) {
  Door& door = doors_[index];
  while (!shut_ && !door.pausing && door.opening < kAtOnce && !door.wanted.empty()) {
    Connection& connection = *door.wanted.front();
    door.wanted.pop_front();
    ++door.opening;
    const Tick now = look_at_clock();
    if (const int error = connection.open(*door.server, loop_, now); error != 0)
      not_opened(connection, error, now);
  }
}

void Doors::opened(const Connection& connection) {
  Door& door = doors_[connection.server()];
  --door.opening;
  door.pauses = 0;
  if (!door.wanted.empty()) come_back(connection.server(), milliseconds{0});
}

void Doors::not_opened(Connection& connection, int error, Tick now) {
  Door& door = doors_[connection.server()];
  --door.opening;
  door.wanted.push_back(&connection);
  troubles_[connection.server()].add({.refused = 1, .why = error, .first_refused = now, .last_refused = now});
  if (door.pausing) return;
  const auto pause = std::min(kFirstPause * (1 << std::min(door.pauses, 10)), kLongestPause);
  ++door.pauses;
  come_back(connection.server(), pause);
}

bool Doors::settled() const {
  return std::ranges::all_of(doors_, [](const Door& door) {
    return door.pauses >= kPausesUntilSettled || (door.wanted.empty() && door.opening == 0);
  });
}

}  // namespace firstcome::load
