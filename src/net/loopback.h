#pragma once

#include <string_view>

namespace firstcome::net {

/// A name, with or without a port, that cannot lead beyond this machine: localhost, 127.0.0.0/8, [::1].
/// Others are taken to, without asking a name server.
bool is_loopback(std::string_view address);

}  // namespace firstcome::net
