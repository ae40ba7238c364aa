#include "metrics/histogram.h"

#include <numeric>

#include "domain/check.h"

namespace firstcome::metrics {

void Snapshot::add(const Snapshot& other) {
  CHECK(bounds.empty() || other.bounds.empty() || bounds.data() == other.bounds.data());
  if (bounds.empty()) bounds = other.bounds;
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
  sum += other.sum;
}

std::uint64_t Snapshot::count() const {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

Snapshot Histogram::read() const {
  Snapshot read{.bounds = bounds_, .sum = sum_.value()};
  for (std::size_t i = 0; i < counts_.size(); ++i) read.counts[i] = counts_[i].value();
  return read;
}

}  // namespace firstcome::metrics
