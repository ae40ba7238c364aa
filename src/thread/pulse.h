#pragma once

#include <functional>
#include <string>
#include <vector>

#include "domain/time.h"

namespace firstcome::thread {

/// Whether threads work, for a watchdog. Used by one thread, which is none of them.
class Pulse {
 public:
  /// Returns whether the thread has done something since the last call. Must not block.
  using HasMoved = std::function<bool()>;

  void add(std::string name, HasMoved has_moved) {
    watched_.push_back({std::move(name), std::move(has_moved)});
  }
  /// Asks each thread. Returns the names of those that have not moved for `most`; the first call only asks. Call it several
  /// times within `most`.
  std::vector<std::string> look(Instant now, milliseconds most);

 private:
  struct Watched {
    std::string name;
    HasMoved has_moved;
    Instant moved_at{};
  };
  std::vector<Watched> watched_;
};

}  // namespace firstcome::thread
