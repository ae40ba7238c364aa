#include "api/open_connections.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "domain/check.h"

namespace firstcome::api {

OpenConnections::OpenConnections(std::size_t users_most, std::size_t admin_most)
    : users_most_(users_most), admin_most_(admin_most) {}

bool OpenConnections::try_add(const net::PeerAddress& peer, bool admin) {
  const std::lock_guard lock(mutex_);
  if (admin) {
    if (admin_ >= admin_most_) return false;
    ++admin_;
    return true;
  }
  if (users_ >= users_most_) return false;
  std::size_t& of_client = by_client_[peer.prefix()];
  if (users_ >= users_most_ - users_most_ / 20 && of_client * 2 > users_) return false;
  ++of_client;
  ++users_;
  return true;
}

void OpenConnections::remove(const net::PeerAddress& peer, bool admin) {
  const std::lock_guard lock(mutex_);
  --(admin ? admin_ : users_);
  if (admin) return;
  const auto found = by_client_.find(peer.prefix());
  CHECK(found != by_client_.end());
  if (--found->second == 0) by_client_.erase(found);
}

std::size_t OpenConnections::count() const {
  const std::lock_guard lock(mutex_);
  return users_ + admin_;
}

std::size_t OpenConnections::of(const net::PeerAddress& peer) const {
  const std::lock_guard lock(mutex_);
  const auto found = by_client_.find(peer.prefix());
  return found == by_client_.end() ? 0 : found->second;
}

std::optional<OpenConnections::Surplus> OpenConnections::surplus(std::size_t passed_over) const {
  const std::lock_guard lock(mutex_);
  if (users_ <= users_most_ - users_most_ / 10) return std::nullopt;
  if (users_ < users_most_) passed_over = 0;
  std::vector<std::pair<std::size_t, net::PeerAddress>> clients;
  clients.reserve(by_client_.size());
  for (const auto& [client, open] : by_client_) clients.emplace_back(open, client);
  const auto nth = clients.begin() + static_cast<std::ptrdiff_t>(std::min(passed_over, clients.size() - 1));
  std::ranges::nth_element(clients, nth, std::greater{});
  const auto [open, client] = *nth;
  const std::size_t to_close = passed_over == 0 ? users_ - (users_most_ - users_most_ * 3 / 20)
                                                : std::max<std::size_t>(users_most_ / 100, 1);
  return Surplus{.client = client, .open = open, .to_close = std::min(open, to_close)};
}

}  // namespace firstcome::api
