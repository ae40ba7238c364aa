#pragma once

#include <cstdint>

namespace firstcome::audit {

/// Told every few thousand rows how far it is. Reads the clock itself, if it wants to.
class Progress {
 public:
  virtual ~Progress() = default;
  /// Rows and records done, of how many in all.
  virtual void reached(std::int64_t done, std::int64_t total) = 0;
};

}  // namespace firstcome::audit
