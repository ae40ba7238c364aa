#pragma once

#include <atomic>
#include <cstddef>

#include "domain/time.h"
#include "thread/periodic_thread.h"

namespace firstcome::api {

/// Returns the memory of large requests and responses to the kernel. glibc keeps freed blocks of less than 128 KiB, and
/// larger ones once it has seen one, in case that they are needed again; after a burst that can be gigabytes.
class MemoryReturn {
 public:
  MemoryReturn();

  void start() { thread_.start(); }
  void stop() { thread_.stop(); }
  /// Any thread.
  void freed(std::size_t bytes);

 private:
  Instant step();

  std::atomic<std::size_t> bytes_{0};  ///< freed since the last return
  Instant next_{};                     ///< only the thread uses it
  bool again_ = false;                 ///< the same
  thread::PeriodicThread thread_;
};

}  // namespace firstcome::api
