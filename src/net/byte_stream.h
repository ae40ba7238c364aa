#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/stream_socket.h"
#include "net/tls_session.h"

namespace firstcome::net {

/// The bytes of one connection, in both directions, over a non-blocking socket under edge-triggered epoll: plain, or in
/// TLS. Owned by one thread. Reused for later connections.
class ByteStream {
 public:
  ByteStream() = default;
  ~ByteStream() { close(); }
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// Takes ownership of the socket.
  void open(int native) { socket_.open(native); }
  /// As a server with TLS: shake_hands() comes first.
  void open(int native, const TlsContext& context) {
    open(native);
    tls_ = std::make_unique<TlsSession>(context, socket_);
  }
  /// As a client of `host` with TLS: shake_hands() comes first.
  void open(int native, const TlsContext& context, const std::string& host) {
    open(native);
    tls_ = std::make_unique<TlsSession>(context, socket_, host);
  }
  /// Call it with the flags of every event, before anything else.
  void on_event(std::uint32_t events) { socket_.on_event(events); }

  [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }
  /// Call it after each event until it is Done or has failed. After a failure the stream is plain.
  TlsSession::Handshake shake_hands();
  /// Why the last handshake failed.
  [[nodiscard]] const std::string& failure() const { return failure_; }

  /// True if read() may return bytes or the end without another event.
  [[nodiscard]] bool may_read() const { return tls_ ? tls_->may_read() : socket_.readable(); }
  /// As recv(2): bytes; 0: the other side has ended; -1: errno. EAGAIN: an event follows when there is more.
  ssize_t read(char* to, std::size_t room) { return tls_ ? tls_->read(to, room) : socket_.read(to, room); }

  /// After a write that returned EAGAIN: true if it can go on.
  [[nodiscard]] bool may_write() const { return tls_ ? tls_->may_write() : socket_.writable(); }
  /// As send(2). After EAGAIN, call it again with the same bytes.
  ssize_t write(std::string_view bytes) { return tls_ ? tls_->write(bytes) : socket_.write(bytes); }

  /// Ends this side. What the other side still sends can be read, as it is on the wire, and discarded.
  bool end_writing() {
    end_tls();
    return socket_.end_writing();
  }
  void close() {
    end_tls();
    socket_.close();
  }
  [[nodiscard]] int native() const { return socket_.native(); }

 private:
  void end_tls() {
    if (!tls_) return;
    tls_->notify_close();
    tls_.reset();
  }

  StreamSocket socket_;
  std::unique_ptr<TlsSession> tls_;  ///< null: plain
  std::string failure_;
};

inline TlsSession::Handshake ByteStream::shake_hands() {
  const TlsSession::Handshake state = tls_->shake_hands();
  if (state == TlsSession::Handshake::Failed || state == TlsSession::Handshake::PlainHttp) {
    failure_ = tls_->failure();
    tls_.reset();
  }
  return state;
}

}  // namespace firstcome::net
