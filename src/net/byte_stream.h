#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "net/stream_socket.h"

namespace firstcome::net {

/// The bytes of one connection, in both directions, over a non-blocking socket under edge-triggered epoll. Owned by one
/// thread. Reused for later connections.
class ByteStream {
 public:
  /// Takes ownership of the socket.
  void open(int native) { socket_.open(native); }
  /// Call it with the flags of every event, before anything else.
  void on_event(std::uint32_t events) { socket_.on_event(events); }

  /// True if read() may return bytes or the end without another event.
  [[nodiscard]] bool may_read() const { return socket_.readable(); }
  /// As recv(2): bytes; 0: the other side has ended; -1: errno. EAGAIN: an event follows when there is more.
  ssize_t read(char* to, std::size_t room) { return socket_.read(to, room); }

  /// After a write that returned EAGAIN: true if it can go on.
  [[nodiscard]] bool may_write() const { return socket_.writable(); }
  /// As send(2). After EAGAIN, call it again with the same bytes.
  ssize_t write(std::string_view bytes) { return socket_.write(bytes); }

  /// Ends this side. What the other side still sends can be read and discarded.
  bool end_writing() { return socket_.end_writing(); }
  void close() { socket_.close(); }
  [[nodiscard]] int native() const { return socket_.native(); }

 private:
  StreamSocket socket_;
};

}  // namespace firstcome::net
