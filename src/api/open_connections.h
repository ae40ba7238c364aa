#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <mutex>
#include <optional>

#include "net/peer_address.h"

namespace firstcome::api {

/// Open connections of all workers, by listener and by client. A client is an IPv4 address or a /64 of IPv6. Users and
/// operators have separate limits. Thread-safe.
class OpenConnections {
 public:
  /// Limits of the two listeners.
  OpenConnections(std::size_t users_most, std::size_t admin_most);

  /// False: at the limit, and nothing is counted. The last 5 % of the users' limit are not for a client that has more than
  /// half of all connections, so that its flood cannot fill them before its idle connections are closed.
  bool try_add(const net::PeerAddress& peer, bool admin);
  void remove(const net::PeerAddress& peer, bool admin);
  /// Both listeners.
  [[nodiscard]] std::size_t count() const;
  /// Users' connections of the client with this address.
  [[nodiscard]] std::size_t of(const net::PeerAddress& peer) const;

  /// Connections of users to close, so that there is room for other clients.
  struct Surplus {
    net::PeerAddress client;   ///< has the most connections
    std::size_t open = 0;      ///< of this client
    std::size_t to_close = 0;  ///< at most `open`
  };
  /// Nothing while at most 90 % of the users' limit are open. Above it, so many that 85 % remain. `passed_over`: clients
  /// with more connections that had none to close. At the limit, 1 % of the next client's are closed in their place; below
  /// it there is still room for others, and `passed_over` has no effect.
  [[nodiscard]] std::optional<Surplus> surplus(std::size_t passed_over = 0) const;

 private:
  const std::size_t users_most_;
  const std::size_t admin_most_;

  mutable std::mutex mutex_;
  std::size_t users_ = 0;  // guarded by mutex_, like all below
  std::size_t admin_ = 0;
  boost::unordered_flat_map<net::PeerAddress, std::size_t> by_client_;  // users only
};

}  // namespace firstcome::api
