#include "node/service_notifier.h"

#include <fmt/core.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>

#include "log/log.h"

namespace firstcome::node {
namespace {

/// A path, or @name for a name that is no file. Returns the length of the address; 0: it is none of the two, or too long.
socklen_t read_address(const std::string& name, sockaddr_un& address) {
  address = {};
  address.sun_family = AF_UNIX;
  if (name.size() < 2 || name.size() >= sizeof address.sun_path) return 0;
  if (name.front() != '/' && name.front() != '@') return 0;
  std::memcpy(address.sun_path, name.data(), name.size());
  if (name.front() == '@') address.sun_path[0] = '\0';
  return static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
}

std::optional<std::int64_t> to_number(const std::optional<std::string>& text) {
  std::int64_t number = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return number;
}

void warn(const std::string& what) {
  log::warn(fmt::format("the service manager does not learn the state of this process: {}", what));
}

}  // namespace

ServiceNotifier::ServiceNotifier(const Variable& variable) {
  const auto name = variable("NOTIFY_SOCKET");
  if (!name) return;
  sockaddr_un address{};
  const socklen_t length = read_address(*name, address);
  if (length == 0) {
    warn(fmt::format("NOTIFY_SOCKET is '{}', which is neither a path nor @name", *name));
    return;
  }
  socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0 || connect(socket_, reinterpret_cast<const sockaddr*>(&address), length) != 0) {
    warn(fmt::format("NOTIFY_SOCKET={}: {}", *name, std::strerror(errno)));
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
    return;
  }
  const auto process = to_number(variable("WATCHDOG_PID"));
  const auto period = to_number(variable("WATCHDOG_USEC"));
  if (period && *period > 0 && (!process || *process == getpid())) watchdog_ = milliseconds{*period / 1'000};
}

ServiceNotifier::~ServiceNotifier() {
  if (socket_ >= 0) close(socket_);
}

/// The time is for Type=notify-reload; other types ignore it.
void ServiceNotifier::reloading() const {
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.count()));
}

void ServiceNotifier::send(const std::string& state) const {
  if (socket_ < 0) return;
  if (::send(socket_, state.data(), state.size(), MSG_NOSIGNAL) < 0) warn(std::strerror(errno));
}

}  // namespace firstcome::node
