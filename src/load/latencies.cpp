#include "load/latencies.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace firstcome::load {

void Latencies::add(const Latencies& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  most_ = std::max(most_, other.most_);
}

std::int64_t Latencies::top(std::size_t bucket) {
  const auto group = static_cast<std::int64_t>(bucket) / kLinear;
  const auto step = static_cast<std::int64_t>(bucket) % kLinear;
  if (group == 0) return step;
  return ((kLinear + step + 1) << (group - 1)) - 1;
}

nanoseconds Latencies::at(double share) const {
  const auto wanted = std::max<std::int64_t>(1, std::llround(std::ceil(share * static_cast<double>(count_))));
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted) return nanoseconds{std::min(top(i), most_)};
  }
  return nanoseconds{most_};
}

std::string latency_text(nanoseconds latency) {
  const auto ns = static_cast<double>(latency.count());
  const auto [value, unit] = ns < 999'500       ? std::pair{ns / 1e3, "µs"}
                             : ns < 999'500'000 ? std::pair{ns / 1e6, "ms"}
                                                : std::pair{ns / 1e9, "s"};
  return fmt::format("{:.{}f} {}", value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0, unit);
}

}  // namespace firstcome::load
