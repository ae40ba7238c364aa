#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace firstcome::peers {

/// Ends the process: a peer does not handle the failure of its servers.
[[noreturn]] inline void stop(const std::string& why) {
  std::fprintf(stderr, "peer: %s\n", why.c_str());
  std::exit(1);
}

}  // namespace firstcome::peers
