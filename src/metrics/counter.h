#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "domain/result.h"

/// Counters and gauges. Each one has a single thread that writes it, in memory that no other thread writes, so
/// counting costs a load and a store, without a lock or an atomic read-modify-write. The thread that writes the
/// metrics page reads and sums them.
namespace firstcome::metrics {

/// Separates the counters of different threads: `struct alignas(kCacheLine) Counters`.
inline constexpr std::size_t kCacheLine = 64;

/// Never decreases. One thread adds, any thread reads.
class Counter {
 public:
  void add(std::uint64_t count = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// The current value. One thread sets, any thread reads.
class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// Failures of one operation of one thread, by Error::Kind.
class ErrorCounter {
 public:
  static constexpr std::array<const char*, 3> kKinds{"retryable", "unknown", "permanent"};

  void add(const Error& error) { by_kind_[static_cast<std::size_t>(error.kind)].add(); }
  /// `kind`: index into kKinds.
  [[nodiscard]] std::uint64_t value(std::size_t kind) const { return by_kind_[kind].value(); }

 private:
  std::array<Counter, kKinds.size()> by_kind_;
};

}  // namespace firstcome::metrics
