#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/stream_socket.h"
#include "net/tls_context.h"

namespace firstcome::net {

/// One TLS connection over a non-blocking socket. It reads and writes like the socket: a count, 0 at the end, or -1 and
/// errno, where EAGAIN means that an event of the socket follows. Owned by one thread.
class TlsSession {
 public:
  enum class Handshake : std::uint8_t {
    Done,
    UnderWay,   ///< an event of the socket follows
    Failed,     ///< see failure(); an alert was sent if there is one for it
    PlainHttp,  ///< the client sends HTTP without TLS
  };

  /// The server's side. `socket` outlives the session.
  TlsSession(const TlsContext& context, StreamSocket& socket);
  /// The client's side; the server's certificate must be for `host`, a name or an IP address.
  TlsSession(const TlsContext& context, StreamSocket& socket, const std::string& host);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  /// Call it after each event until it is Done or has failed.
  Handshake shake_hands();

  [[nodiscard]] bool may_read() const;
  /// A connection that the other side ends without close_notify has failed: its last bytes may be missing.
  ssize_t read(char* to, std::size_t room);
  [[nodiscard]] bool may_write() const;
  ssize_t write(std::string_view bytes);
  /// Sends close_notify if that is possible without waiting.
  void notify_close();

  /// Why the handshake failed, for a person.
  [[nodiscard]] std::string failure() const { return failure_; }

 private:
  struct Deleter {
    void operator()(ssl_st* ssl) const;
  };

  /// After a call that returned `result`: sets errno and returns -1, or returns 0 at the end.
  ssize_t blocked_or_failed(int result);
  void note_failure();

  StreamSocket& socket_;
  std::unique_ptr<ssl_st, Deleter> ssl_;
  bool established_ = false;
  bool failed_ = false;
  bool has_more_ = false;           ///< bytes that OpenSSL has read from the socket
  bool read_needs_room_ = false;    ///< the last read waits until the socket can be written
  bool write_needs_bytes_ = false;  ///< the last write waits until the socket can be read
  std::string failure_;
};

}  // namespace firstcome::net
