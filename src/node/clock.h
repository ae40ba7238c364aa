#pragma once

#include "domain/time.h"

namespace firstcome::node {

/// The machine's clocks. Only the threads of a node read them; stepped classes get the time as an argument.
inline Now now() {
  return {std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()),
          std::chrono::steady_clock::now()};
}

}  // namespace firstcome::node
