#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace firstcome::net {

inline bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

/// A connected, non-blocking TCP socket under edge-triggered epoll. It remembers whether the kernel may have bytes, so
/// that it makes no system call in vain. Owned by one thread; closes its descriptor.
class StreamSocket {
 public:
  StreamSocket() = default;
  explicit StreamSocket(int native) : native_(native) {}
  ~StreamSocket() { close(); }
  StreamSocket(const StreamSocket&) = delete;
  StreamSocket& operator=(const StreamSocket&) = delete;

  /// Takes ownership.
  void open(int native) {
    native_ = native;
    readable_ = writable_ = end_in_sight_ = false;
  }
  void close() {
    if (native_ >= 0) ::close(native_);
    native_ = -1;
  }
  [[nodiscard]] int native() const { return native_; }

  /// Call it with the flags of every event.
  void on_event(std::uint32_t events) {
    if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) readable_ = true;
    if ((events & EPOLLRDHUP) != 0) end_in_sight_ = true;
    if ((events & EPOLLOUT) != 0) writable_ = true;
  }
  [[nodiscard]] bool readable() const { return readable_; }
  [[nodiscard]] bool writable() const { return writable_; }

  /// As recv(2). EAGAIN: an event follows when there are bytes.
  ssize_t read(char* to, std::size_t room) {
    while (readable_) {
      const auto count = ::recv(native_, to, room, 0);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && would_block(errno)) break;
      // A short read has emptied the socket, and later bytes cause another event (epoll(7)). The end of the stream
      // causes no separate event if it arrived together with the bytes.
      if (count > 0 && static_cast<std::size_t>(count) < room && !end_in_sight_) readable_ = false;
      return count;
    }
    readable_ = false;
    errno = EAGAIN;
    return -1;
  }

  /// As send(2). EAGAIN: an event follows when the kernel has room.
  ssize_t write(std::string_view bytes) {
    for (;;) {
      const auto count = ::send(native_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && would_block(errno)) writable_ = false;
      return count;
    }
  }

  /// Ends this side. What has arrived can be read at once, also if its event has not been handled yet.
  bool end_writing() {
    readable_ = true;
    return ::shutdown(native_, SHUT_WR) == 0;
  }

 private:
  int native_ = -1;
  bool readable_ = false;      ///< the kernel may have bytes: epoll reported them, and they were not all read
  bool writable_ = false;      ///< epoll reported room, and no write since then has failed for lack of it
  bool end_in_sight_ = false;  ///< the other side has ended: no more bytes than the kernel has
};

}  // namespace firstcome::net
