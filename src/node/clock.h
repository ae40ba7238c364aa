#pragma once

#include "domain/time.h"

namespace firstcome::node {

/// The machine's clocks. Only threads that app/ wires up ask them.
inline Now now() {
  return {std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()),
          std::chrono::steady_clock::now()};
}

}  // namespace firstcome::node
