#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>

#include "metrics/counter.h"

namespace firstcome::metrics {

/// Inclusive upper bounds of the buckets for times, in nanoseconds: 10 µs to 10 s.
inline constexpr std::array<std::uint64_t, 19> kTimeBounds{
    10'000,      25'000,        50'000,        100'000,       250'000,       500'000,     1'000'000,
    2'500'000,   5'000'000,     10'000'000,    25'000'000,    50'000'000,    100'000'000, 250'000'000,
    500'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000, 10'000'000'000};
/// Inclusive upper bounds of the buckets for numbers of records: 1 to 65,536.
inline constexpr std::array<std::uint64_t, 17> kSizeBounds{
    1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1'024, 2'048, 4'096, 8'192, 16'384, 32'768, 65'536};

/// The counts of a histogram when it was read. The last one is of values above all bounds.
struct Snapshot {
  std::span<const std::uint64_t> bounds{};
  std::array<std::uint64_t, kTimeBounds.size() + 1> counts{};
  std::uint64_t sum = 0;

  /// `other` has the same bounds, or is empty.
  void add(const Snapshot& other);
  [[nodiscard]] std::uint64_t count() const;
};

/// Counts observations by size, in buckets that are fixed at compile time. One thread observes, any thread reads. A
/// concurrent read may miss the newest observation in some of its numbers.
class Histogram {
 public:
  static Histogram of_times() { return Histogram(kTimeBounds); }
  static Histogram of_sizes() { return Histogram(kSizeBounds); }

  /// Adds `times` observations of the same value.
  void observe(std::uint64_t value, std::uint64_t times = 1) {
    std::size_t bucket = 0;
    while (bucket < bounds_.size() && value > bounds_[bucket]) ++bucket;
    counts_[bucket].add(times);
    sum_.add(value * times);
  }
  /// A negative duration counts as 0.
  void observe(std::chrono::nanoseconds time, std::uint64_t times = 1) {
    observe(time.count() < 0 ? std::uint64_t{0} : static_cast<std::uint64_t>(time.count()), times);
  }
  [[nodiscard]] Snapshot read() const;

 private:
  explicit Histogram(std::span<const std::uint64_t> bounds) : bounds_(bounds) {}

  const std::span<const std::uint64_t> bounds_;
  std::array<Counter, kTimeBounds.size() + 1> counts_;
  Counter sum_;
};

}  // namespace firstcome::metrics
