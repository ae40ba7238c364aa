#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "domain/time.h"
#include "net/byte_stream.h"
#include "net/event_loop.h"
#include "net/request_parser.h"

namespace firstcome::net {

struct ConnectionLimits {
  RequestParser::Limits request;
  milliseconds request_timeout{
      10'000};  ///< for a PROXY header and a TLS handshake, and from the first byte of a request to its last
  milliseconds idle_timeout{60'000};   ///< between requests
  milliseconds write_timeout{10'000};  ///< for a client to receive its response
};

class HttpConnection;

/// Owns connections and handles their requests: a worker.
class HttpConnectionOwner {
 public:
  virtual ~HttpConnectionOwner() = default;
  /// The round trip has a complete request. Now: it also has the response. Later: the owner calls answer().
  virtual Handled handle(HttpConnection& connection) = 0;
  /// The bytes were not a valid request: fills the response.
  virtual void refuse(HttpConnection& connection, RequestError error, std::string_view detail) = 0;
  /// The response of the handled request was sent, or the client closed the connection.
  virtual void done(HttpConnection& connection) = 0;
  /// There is more to do: the owner calls take_turn() soon, but not from within this call. It calls it once for several
  /// calls of this.
  virtual void go_on_later(HttpConnection& connection) = 0;
  /// The connection has freed the memory of an unusually large request or response.
  virtual void freed(std::size_t /*bytes*/) {}
  /// Closed. It may be opened for another client after the current event has been handled.
  virtual void closed(HttpConnection& connection) = 0;
  /// A TLS handshake has ended. UnderWay: by its timeout or by the client.
  virtual void handshake_ended(TlsSession::Handshake) {}
};

/// The connection of one client. It reads a request, has it handled and writes the response, one request at a time, so
/// pipelined requests are answered in order. An event causes one read and one request at most; more of them, and long
/// responses, take turns with other connections (docs/decisions/0049-turns-between-connections.md). On its worker's
/// thread only. Reused for later clients.
class HttpConnection final : public ReadySocket {
 public:
  /// `round_trip`: the request being read and the response being sent; outlives the connection.
  HttpConnection(HttpConnectionOwner& owner, RoundTrip& round_trip, ConnectionLimits limits,
                 std::uint32_t slot);
  ~HttpConnection() override;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  /// Takes ownership of an accepted, non-blocking socket. With a certificate the client must begin with TLS. With
  /// `has_proxy_header` a header of the PROXY protocol comes before everything else and names the client.
  void open(int native_socket, bool admin, const PeerAddress& peer, EventLoop& loop,
            const ServerCertificate* certificate = nullptr, bool has_proxy_header = false);
  void ready(std::uint32_t events) override;
  /// Goes on with what owner.go_on_later() announced: one request, and at most 64 KiB each way.
  void take_turn();
  /// Sends the response of a request that returned Handled::Later.
  void answer();
  /// Closes the connection now, in any state.
  void close();
  /// The same, but the client still receives what was sent before.
  void close_politely();
  /// Adds to the time in the current state. At the limit of that state the connection closes; a client that has sent part
  /// of a request gets 408 first.
  void grow_older(milliseconds by);

  /// How long the client has been waited for: between requests, or within a request or response that has not gone on for
  /// kStalled. Nothing: a request is under way.
  [[nodiscard]] std::optional<milliseconds> idle() const;
  /// Closes the connection, unless bytes of the client have just arrived. True: it is closed.
  bool close_if_silent();
  [[nodiscard]] bool is_open() const { return state_ != State::Closed; }

  static constexpr milliseconds kStalled{2'000};

  [[nodiscard]] std::uint32_t slot() const { return slot_; }
  [[nodiscard]] bool is_handled() const { return state_ == State::Handling; }

 private:
  enum class State : std::uint8_t {
    Closed,
    ProxyHeader,   ///< the header of the PROXY protocol
    ShakingHands,  ///< the handshake of TLS
    Idle,          ///< between requests
    Receiving,     ///< part of a request has arrived
    Handling,      ///< the owner has the request
    Sending,       ///< part of the response is not sent yet
    Lingering,  ///< our side is closed; what the client still sends is discarded, so that it can read the response
  };

  void enter(State state);
  void read_proxy_header();
  void shake_hands();
  void go_on(std::size_t bytes_most);
  /// Bytes; 0: there is nothing to read now, or the connection is closed.
  std::size_t receive();
  RequestParser::State parse();
  void handle(RequestParser::State parsed);
  void refuse(RequestError error, std::string_view detail);
  [[nodiscard]] std::string_view unsent() const;
  void send();
  void sent();
  void linger();
  void discard_input(std::size_t bytes_most);
  void give_back_memory();
  void make_room();
  void send_continue();

  HttpConnectionOwner& owner_;
  RoundTrip& round_trip_;
  const ConnectionLimits limits_;
  const std::uint32_t slot_;

  ByteStream stream_;
  State state_ = State::Closed;
  milliseconds age_{0};     ///< time in state_; more bytes do not reset that of Receiving
  milliseconds silent_{0};  ///< since the client has sent or received bytes
  bool sent_continue_ = false;

  std::vector<char> in_;
  std::size_t begin_ = 0;  ///< bytes [begin_, end_) of in_ are not parsed yet
  std::size_t end_ = 0;
  std::size_t sent_ = 0;  ///< of the response and its document
  RequestParser parser_;
};

}  // namespace firstcome::net
