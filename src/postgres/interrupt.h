#pragma once

#include <atomic>

namespace firstcome::postgres {

/// Ends waits for a database, once and permanently: at a stop whose time is up. Thread-safe. Connections
/// share one: raised, each of their calls fails at once (retryable), those under way too.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  void raise();
  [[nodiscard]] bool raised() const { return raised_; }
  /// Readable once raised.
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
  std::atomic<bool> raised_{false};
};

}  // namespace firstcome::postgres
