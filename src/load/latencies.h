#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <string>

namespace firstcome::load {

using std::chrono::nanoseconds;

/// A histogram of latencies, exact to 0.8 %: log-linear buckets as in HdrHistogram (Debian has no package of its C
/// version), 128 for each power of two. Always 43 KB. Latencies above 78 hours count as 78 hours.
class Latencies {
 public:
  void add(nanoseconds latency);
  void add(const Latencies& other);
  void clear() { *this = {}; }

  [[nodiscard]] std::int64_t count() const { return count_; }
  [[nodiscard]] nanoseconds most() const { return nanoseconds{most_}; }
  [[nodiscard]] nanoseconds mean() const { return nanoseconds{count_ == 0 ? 0 : sum_ / count_}; }
  /// The latency that a share (0..1) of them does not exceed; 0 if there are none.
  [[nodiscard]] nanoseconds at(double share) const;

 private:
  static constexpr int kLinearBits = 7;
  static constexpr int kGroups = 42;
  static constexpr std::int64_t kLinear = 1 << kLinearBits;
  static constexpr std::int64_t kHighest = (std::int64_t{1} << (kLinearBits + kGroups - 1)) - 1;

  static std::size_t bucket(std::int64_t value);
  /// The highest value of a bucket.
  static std::int64_t top(std::size_t bucket);

  std::array<std::int64_t, kGroups * kLinear> buckets_{};
  std::int64_t count_ = 0;
  std::int64_t sum_ = 0;
  std::int64_t most_ = 0;
};

/// The first group has one bucket for each of 0..127, each later group 128 buckets for one power of two.
inline std::size_t Latencies::bucket(std::int64_t value) {
  const int group =
      std::max(0, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value))) - kLinearBits);
  const std::int64_t step = value >> (group == 0 ? 0 : group - 1);
  // From the second group on the top bit is always set: 128..255.
  return static_cast<std::size_t>(group == 0 ? value : group * kLinear + (step - kLinear));
}

/// Three digits: 850 µs, 3.14 ms, 12.0 s
std::string latency_text(nanoseconds latency);

inline void Latencies::add(nanoseconds latency) {
  const std::int64_t value = std::min(std::max<std::int64_t>(latency.count(), 0), kHighest);
  ++buckets_[bucket(value)];
  ++count_;
  sum_ += value;
  most_ = std::max(most_, value);
}

}  // namespace firstcome::load
