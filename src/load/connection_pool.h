#pragma once

#include <deque>
#include <span>
#include <vector>

#include "load/client_connection.h"

namespace firstcome::load {

/// What went wrong with one server, for people.
struct ServerTrouble {
  std::int64_t refused = 0;  ///< times that a connection could not be opened
  int why = 0;               ///< errno of the last of them
  Tick first_refused = 0;
  Tick last_refused = 0;
  std::int64_t broken = 0;  ///< connections that ended without an answer
  std::int64_t ended = 0;   ///< connections that the server closed while nothing was asked

  void add(const ServerTrouble& other);
};

/// Opens the connections of one thread: a few at a time to each server, because a server's backlog is short
/// and a connection that finds it full is tried again only a second later; and with growing pauses while a
/// server is not there.
class ConnectionPool {
 public:
  ConnectionPool(net::EventLoop& loop, std::span<const ServerAddress> servers);

  /// Opens it, soon and not within this call.
  void want(ClientConnection& connection);
  void opened(const ClientConnection& connection);
  void not_opened(ClientConnection& connection, int error, Tick now);
  /// Every wanted connection is open, or its server has refused several times in a row.
  [[nodiscard]] bool settled() const;
  [[nodiscard]] ServerTrouble& trouble(std::size_t server) { return troubles_[server]; }
  [[nodiscard]] const std::vector<ServerTrouble>& troubles() const { return troubles_; }
  /// Opens no more.
  void shut() { shut_ = true; }

 private:
  struct ServerSlot {
    const ServerAddress* server = nullptr;
    std::deque<ClientConnection*> wanted;
    int opening = 0;
    int pauses = 0;  ///< in a row
    bool pausing = false;
  };
  void come_back(std::size_t slot, milliseconds delay);
  void open_some(std::size_t slot);

  net::EventLoop& loop_;
  std::vector<ServerSlot> pool_;
  std::vector<ServerTrouble> troubles_;
  bool shut_ = false;
};

}  // namespace firstcome::load
