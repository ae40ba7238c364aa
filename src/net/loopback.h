#pragma once

#include <string_view>

namespace firstcome::net {

/// True if the host of `address` (host or host:port) is this machine: localhost, 127.0.0.0/8 or [::1]. Asks no name
/// server, so it is false for any other name.
bool is_loopback(std::string_view address);

}  // namespace firstcome::net
