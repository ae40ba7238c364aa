#pragma once

#include <string>
#include <string_view>

#include "load/planned_request.h"
#include "load/response_reader.h"
#include "load/server_address.h"
#include "net/byte_stream.h"
#include "net/event_loop.h"

namespace firstcome::load {

class ClientConnection;

/// The owner of connections: one thread of the generator. It must not open the connection again within one of these
/// calls, because events of the old socket may still be pending.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual void on_connected(ClientConnection& connection) = 0;
  /// `error`: errno.
  virtual void on_connect_failed(ClientConnection& connection, int error) = 0;
  /// The connection is idle again, or closed if this was its last response.
  virtual void on_response(ClientConnection& connection, const Response& response) = 0;
  /// The request has no response, and the connection is closed. `error`: of an unreadable response.
  virtual void on_no_response(ClientConnection& connection, RequestResult why, std::string_view error) = 0;
  /// The server closed an idle connection.
  virtual void on_closed(ClientConnection& connection) = 0;

  virtual ResponseReader& reader() = 0;
  /// For the bytes of one response: ResponseReader::kMost and its padding. All connections share it, so that 20,000
  /// connections need little memory.
  virtual char* buffer() = 0;
};

/// One client connection: opens, sends a request, reads the response, sends the next request. Its owner's thread only.
class ClientConnection final : public net::ReadySocket {
 public:
  enum class State : std::uint8_t { Closed, Opening, Idle, Waiting };

  /// `number`: of this connection among the process's connections to that server.
  ClientConnection(ConnectionOwner& owner, std::uint8_t server, std::size_t number)
      : owner_(owner), server_(server), number_(number) {}
  ~ClientConnection() override { close(); }
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  /// Begins to connect. Returns 0 or errno; on an error it does not call the owner.
  int open(const ServerAddress& server, net::EventLoop& loop, Tick now);
  /// The connection must be idle. `text`: the whole HTTP request.
  void send(const PlannedRequest& request, std::string_view text, Tick now);
  void ready(std::uint32_t events) override;
  void close();
  /// After a timeout: closes the connection and calls the owner.
  void time_out();

  [[nodiscard]] State state() const { return state_; }
  /// The time since which it is opening or waiting.
  [[nodiscard]] Tick since() const { return since_; }
  [[nodiscard]] std::uint8_t server() const { return server_; }
  [[nodiscard]] const PlannedRequest& request() const { return request_; }
  bool queued = false;  ///< for the owner: in its list of idle connections

 private:
  void finish_opening(std::uint32_t events);
  bool has_only_records_of_tls();
  void receive(bool end_in_sight);
  void finish_response(const Response& response, bool end_in_sight);
  void fail(RequestResult why, std::string_view error = {});
  /// Closes with RST, as when a phone loses its network.
  void reset();

  ConnectionOwner& owner_;
  const std::uint8_t server_;
  const std::size_t number_;
  net::ByteStream stream_;
  State state_ = State::Closed;
  Tick since_ = 0;
  PlannedRequest request_;
  std::string partial_;  ///< the beginning of a response
};

}  // namespace firstcome::load
