#pragma once

#include <functional>
#include <optional>
#include <string>

#include "domain/time.h"

namespace firstcome::node {

/// Reports the state of this process to a service manager, such as systemd: one datagram for each change to the socket that the
/// manager names. The protocol is that of sd_notify(3), which systemd keeps stable and describes for other implementations
/// (docs/decisions/0072-sd-notify-without-libsystemd.md). Without a manager, every call does nothing. Any thread.
class ServiceNotifier {
 public:
  /// The variables of the environment, which a manager sets: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID.
  using Variable = std::function<std::optional<std::string>(const std::string&)>;
  explicit ServiceNotifier(const Variable& variable);
  ServiceNotifier(const ServiceNotifier&) = delete;
  ServiceNotifier& operator=(const ServiceNotifier&) = delete;
  ~ServiceNotifier();

  /// `status`: one line for `systemctl status`.
  void ready(const std::string& status) const { send("READY=1\nSTATUS=" + status); }
  void status(const std::string& status) const { send("STATUS=" + status); }
  /// The files are read again; ready() ends it.
  void reloading() const;
  void stopping(const std::string& status) const { send("STOPPING=1\nSTATUS=" + status); }
  /// The manager ends the process and starts it again if it does not get this for watchdog().
  void alive() const { send("WATCHDOG=1"); }

  /// Nothing: no manager waits for alive().
  [[nodiscard]] std::optional<milliseconds> watchdog() const { return watchdog_; }

 private:
  void send(const std::string& state) const;

  int socket_ = -1;  ///< -1: no manager
  std::optional<milliseconds> watchdog_;
};

}  // namespace firstcome::node
