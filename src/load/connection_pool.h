#pragma once

#include <deque>
#include <span>
#include <vector>

#include "load/client_connection.h"

namespace firstcome::load {

/// Connection errors of one server.
struct ServerErrors {
  std::int64_t refused = 0;  ///< connections that could not be opened
  int last_errno = 0;        ///< of the last of them
  Tick first_refused = 0;
  Tick last_refused = 0;
  std::int64_t broken = 0;  ///< connections that ended without a response

  void add(const ServerErrors& other);
};

/// Opens the connections of one thread: a few at a time to each server, because a server's backlog is short and the
/// kernel tries a connection that finds it full again only after a second. Waits longer and longer while a server
/// cannot be reached.
class ConnectionPool {
 public:
  ConnectionPool(net::EventLoop& loop, std::span<const ServerAddress> servers);

  /// Opens the connection soon, not within this call.
  void connect(ClientConnection& connection);
  void on_connected(const ClientConnection& connection);
  void on_connect_failed(ClientConnection& connection, int error, Tick now);
  /// True if every connection is open, or its server has refused several times in a row.
  [[nodiscard]] bool settled() const;
  [[nodiscard]] ServerErrors& errors(std::size_t server) { return errors_[server]; }
  [[nodiscard]] const std::vector<ServerErrors>& errors() const { return errors_; }
  /// Opens no more connections.
  void stop() { stopped_ = true; }

 private:
  struct ServerSlot {
    const ServerAddress* server = nullptr;
    std::deque<ClientConnection*> queue;
    int opening = 0;
    int pauses = 0;  ///< in a row
    bool scheduled = false;
  };
  void schedule(std::size_t slot, milliseconds delay);
  void open_some(std::size_t slot);

  net::EventLoop& loop_;
  std::vector<ServerSlot> slots_;
  std::vector<ServerErrors> errors_;
  bool stopped_ = false;
};

}  // namespace firstcome::load
