#pragma once

#include <string>

#include "domain/result.h"

namespace firstcome::net {

/// A bound, listening, non-blocking TCP socket.
struct ListeningSocket {
  int native = -1;
  std::string address;  ///< host:port, with the port that was bound
};

/// True for host:port and [IPv6]:port. Only listen_on() resolves the host.
bool is_listen_address(const std::string& address);

/// `address`: host:port or [IPv6]:port; port 0 takes a free port. `option`: the option to name in the error.
Result<ListeningSocket> listen_on(const std::string& address, const std::string& option);

}  // namespace firstcome::net
