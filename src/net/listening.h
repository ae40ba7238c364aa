#pragma once

#include <string>

#include "domain/result.h"

namespace firstcome::net {

/// A bound, listening, non-blocking TCP socket.
struct ListeningSocket {
  int native = -1;
  std::string address;  ///< host:port as really bound
};

/// Does it read host:port or [v6]:port? Whether there is such a host, only listen_on() finds out.
bool is_listen_address(const std::string& address);

/// `address`: host:port or [v6]:port; port 0 takes a free one. `option`: what to change when it fails, for
/// the error's words.
Result<ListeningSocket> listen_on(const std::string& address, const std::string& option);

}  // namespace firstcome::net
