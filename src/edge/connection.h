#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "edge/asio.h"
#include "edge/exchange.h"
#include "edge/request_parser.h"

namespace firstcome::edge {

struct ConnectionLimits {
  RequestParser::Limits request;
  milliseconds request_timeout{10'000};
  milliseconds idle_timeout{60'000};
  milliseconds write_timeout{10'000};
};

class Connection;

/// Whoever handles the requests of connections and owns them: the worker.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  /// A whole request is in the exchange. Now: its response too; Later: the owner calls answer().
  virtual Handled handle(Connection& connection) = 0;
  /// The bytes were no request: fills the response.
  virtual void refuse(Connection& connection, Problem problem, std::string_view detail) = 0;
  /// The request that was handled has its response on the wire, or its caller has gone.
  virtual void done(Connection& connection) = 0;
  /// Nothing will touch the connection any more: reuse or destroy it.
  virtual void closed(Connection& connection) = 0;
};

/// One client: reads a request, has it handled, writes the response, in this order and one at a time, so
/// pipelined requests are answered in order. On its worker's thread only. Reused from client to client.
class Connection {
 public:
  Connection(asio::io_context& context, ConnectionOwner& owner, ConnectionLimits limits, std::uint32_t slot);

  /// Takes over an accepted socket.
  void open(int native_socket, asio::ip::tcp protocol, bool admin);
  /// Sends the response of a request that was handled Later.
  void answer();
  /// Ends it now, in whatever state.
  void close();
  /// The same, but what is sent already reaches the client.
  void close_politely();
  /// Time has passed: closes it when it has been in its state for too long.
  void grow_older(milliseconds by);

  [[nodiscard]] Exchange& exchange() { return exchange_; }
  [[nodiscard]] std::uint32_t slot() const { return slot_; }
  [[nodiscard]] bool is_open() const { return state_ != State::Closed; }
  [[nodiscard]] bool is_handled() const { return state_ == State::Handling; }

 private:
  enum class State : std::uint8_t {
    Closed,
    Idle,       ///< between requests
    Receiving,  ///< a request has begun
    Handling,   ///< the owner has it
    Sending,    ///< the rest of a response waits for the client
    Lingering,  ///< our side is closed: swallow what the client still sends, so that it can read the response
  };

  void enter(State state);
  void advance();
  RequestParser::State parse();
  void send();
  void sent();
  void read();
  void on_read(const error_code& error, std::size_t count);
  void linger();
  void make_room();
  void release_if_quiet();
  void say_continue();

  Socket socket_;
  ConnectionOwner& owner_;
  const ConnectionLimits limits_;
  const std::uint32_t slot_;

  State state_ = State::Closed;
  int operations_ = 0;   ///< asynchronous ones under way
  milliseconds age_{0};  ///< of state_; Receiving does not get younger with each byte
  bool said_continue_ = false;

  std::vector<char> in_;
  std::size_t begin_ = 0;  ///< bytes [begin_, end_) of in_ are not parsed yet
  std::size_t end_ = 0;
  std::size_t sent_ = 0;  ///< of the response
  RequestParser parser_;
  Exchange exchange_;
};

}  // namespace firstcome::edge
