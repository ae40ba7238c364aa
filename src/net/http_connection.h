#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "domain/time.h"
#include "net/event_loop.h"
#include "net/request_parser.h"

namespace firstcome::net {

struct ConnectionLimits {
  RequestParser::Limits request;
  milliseconds request_timeout{10'000};
  milliseconds idle_timeout{60'000};
  milliseconds write_timeout{10'000};
};

class HttpConnection;

/// Handles the requests of connections and owns them: a worker.
class HttpConnectionOwner {
 public:
  virtual ~HttpConnectionOwner() = default;
  /// A whole request is in the round trip. Now: its response too; Later: the owner calls answer().
  virtual Handled handle(HttpConnection& connection) = 0;
  /// The bytes were no request: fills the response.
  virtual void refuse(HttpConnection& connection, RequestError error, std::string_view detail) = 0;
  /// The request that was handled has its response on the wire, or its caller has gone.
  virtual void done(HttpConnection& connection) = 0;
  /// There is more to read: call go_on() soon, but not from within this call.
  virtual void go_on_later(HttpConnection& connection) = 0;
  /// Gone; may be opened for another client, but not before the event under way has been dealt with.
  virtual void closed(HttpConnection& connection) = 0;
};

/// One client: reads a request, has it handled, writes the response, in this order and one at a time, so
/// pipelined requests are answered in order. On its worker's thread only. Reused from client to client.
class HttpConnection final : public ReadySocket {
 public:
  /// `round_trip`: the request that is read and the response that is sent; outlives the connection.
  HttpConnection(HttpConnectionOwner& owner, RoundTrip& round_trip, ConnectionLimits limits,
                 std::uint32_t slot);
  ~HttpConnection() override;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  /// Takes over an accepted, non-blocking socket.
  void open(int native_socket, bool admin, EventLoop& loop);
  void ready(std::uint32_t events) override;
  /// Reads, has handled and answers as much as there is.
  void go_on();
  /// Sends the response of a request that was handled Later.
  void answer();
  /// Ends it now, in whatever state.
  void close();
  /// The same, but what is sent already reaches the client.
  void close_politely();
  /// Time has passed: ends it when it has been in its state for too long, with a word about it where half a
  /// request is there.
  void grow_older(milliseconds by);

  [[nodiscard]] std::uint32_t slot() const { return slot_; }
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
  /// False: there is nothing to read now, or nobody to read from any more.
  bool receive();
  RequestParser::State parse();
  void have_handled(RequestParser::State parsed);
  void refuse(RequestError error, std::string_view detail);
  void send();
  void sent();
  void linger();
  void swallow();
  void make_room();
  void say_continue();

  HttpConnectionOwner& owner_;
  RoundTrip& round_trip_;
  const ConnectionLimits limits_;
  const std::uint32_t slot_;

  int native_ = -1;
  State state_ = State::Closed;
  milliseconds age_{0};        ///< of state_; Receiving does not get younger with each byte
  bool readable_ = false;      ///< the kernel may have bytes: its edge came, and they were not all taken
  bool end_in_sight_ = false;  ///< the client will send no more than what the kernel has
  bool said_continue_ = false;

  std::vector<char> in_;
  std::size_t begin_ = 0;  ///< bytes [begin_, end_) of in_ are not parsed yet
  std::size_t end_ = 0;
  std::size_t sent_ = 0;  ///< of the response
  RequestParser parser_;
};

}  // namespace firstcome::net
