#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "issuer/issuer_driver.h"
#include "metrics/histogram.h"
#include "replica/replica_driver.h"

namespace firstcome::node {

using issuer::IssuerCounters;
using replica::ReplicaCounters;

/// Counters of the watch thread for one partition.
struct alignas(metrics::kCacheLine) WatchCounters {
  metrics::Gauge end;  ///< of the journal
  metrics::ErrorCounter bounds_errors;
};

/// Counters of GrowthWatch.
struct alignas(metrics::kCacheLine) GrowthCounters {
  metrics::Gauge unfollowed;  ///< partitions that this node does not follow
  metrics::ErrorCounter errors;
};

/// Counters of EventThread.
struct alignas(metrics::kCacheLine) EventCounters {
  bool publishes = false;      ///< this node has a topic of events; set before any thread reads it
  metrics::Counter published;  ///< acknowledged, including repeats
  /// Unpublished events of the partitions that this node saves, as of the last look, minus those published
  /// since.
  metrics::Gauge unpublished;
  /// The sum of the savers' coupons_saved just before that look: coupons above it are not in `unpublished`.
  metrics::Gauge saved_by_then;
  metrics::ErrorCounter errors;
};

/// The counters of a node's threads, one part per thread. The edge and the journal have their own.
struct Counters {
  explicit Counters(std::size_t partition_count) {
    for (std::size_t i = 0; i < partition_count; ++i) {
      partitions.push_back(std::make_unique<ReplicaCounters>());
      watches.push_back(std::make_unique<WatchCounters>());
      savers.push_back(std::make_unique<IssuerCounters>());
    }
  }
  // Each by partition.
  std::vector<std::unique_ptr<ReplicaCounters>> partitions;
  std::vector<std::unique_ptr<WatchCounters>> watches;
  std::vector<std::unique_ptr<IssuerCounters>> savers;
  GrowthCounters growth;
  EventCounters events;
};

/// The sum of a counter over all parts.
template <class Part>
std::uint64_t total(const std::vector<std::unique_ptr<Part>>& parts, metrics::Counter Part::*counter) {
  std::uint64_t sum = 0;
  for (const auto& part : parts) sum += ((*part).*counter).value();
  return sum;
}
/// The sum of a histogram over all parts.
template <class Part>
metrics::Snapshot total(const std::vector<std::unique_ptr<Part>>& parts,
                        metrics::Histogram Part::*histogram) {
  metrics::Snapshot sum;
  for (const auto& part : parts) sum.add(((*part).*histogram).read());
  return sum;
}

}  // namespace firstcome::node
