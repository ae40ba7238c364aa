#pragma once

#include <cstdint>

namespace firstcome::audit {

/// Receives the progress of a replay, every few thousand rows.
class Progress {
 public:
  virtual ~Progress() = default;
  /// Rows and records: how many are done, and how many there are.
  virtual void reached(std::int64_t done, std::int64_t total) = 0;
};

}  // namespace firstcome::audit
