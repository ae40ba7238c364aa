#include "thread/pulse.h"

namespace firstcome::thread {

std::vector<std::string> Pulse::look(Instant now, milliseconds most) {
  std::vector<std::string> stuck;
  for (Watched& thread : watched_) {
    if (thread.has_moved() || thread.moved_at == Instant{}) {
      thread.moved_at = now;
    } else if (now - thread.moved_at >= most) {
      stuck.push_back(thread.name);
    }
  }
  return stuck;
}

}  // namespace firstcome::thread
