#pragma once

#include <atomic>

namespace firstcome::postgres {

/// Ends waits for a database permanently, when the time for a stop is over. Thread-safe. Connections share
/// one: after raise(), all their calls fail immediately (retryable), also calls in progress.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  void raise();
  [[nodiscard]] bool raised() const { return raised_; }
  /// Readable after raise().
  [[nodiscard]] int descriptor() const { return descriptor_; }

 private:
  const int descriptor_;
  std::atomic<bool> raised_{false};
};

}  // namespace firstcome::postgres
