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

/// What the watch thread counts of a partition.
struct alignas(metrics::kCacheLine) WatchCounters {
  metrics::Gauge end;  ///< of the journal
  metrics::ErrorCounter bounds_errors;
};

/// What the watch for new partitions counts.
struct alignas(metrics::kCacheLine) GrowthCounters {
  metrics::Gauge unfollowed;  ///< partitions that this node does not follow
  metrics::ErrorCounter errors;
};

/// What the thread that publishes events counts.
struct alignas(metrics::kCacheLine) EventCounters {
  metrics::Counter published;  ///< acknowledged, repeats too
  /// Coupons without an event of the partitions that are saved here, as the store said when it was last
  /// asked; less those published since.
  metrics::Gauge unpublished;
  /// The sum of the savers' coupons_saved just before it was asked: what is beyond it is not counted there.
  metrics::Gauge saved_by_then;
  metrics::ErrorCounter errors;
};

/// What the threads of a node count; each its own part. The edge and the journal keep theirs.
struct Counters {
  explicit Counters(std::size_t partition_count) {
    for (std::size_t i = 0; i < partition_count; ++i) {
      partitions.push_back(std::make_unique<ReplicaCounters>());
      watches.push_back(std::make_unique<WatchCounters>());
      savers.push_back(std::make_unique<IssuerCounters>());
    }
  }
  std::vector<std::unique_ptr<ReplicaCounters>> partitions;
  std::vector<std::unique_ptr<WatchCounters>> watches;  ///< by partition, too
  std::vector<std::unique_ptr<IssuerCounters>> savers;  ///< by partition, too
  GrowthCounters growth;
  EventCounters events;
};

/// A counter of all parts, added up.
template <class Part>
std::uint64_t total(const std::vector<std::unique_ptr<Part>>& parts, metrics::Counter Part::*counter) {
  std::uint64_t sum = 0;
  for (const auto& part : parts) sum += ((*part).*counter).value();
  return sum;
}
/// A histogram of all parts, as one.
template <class Part>
metrics::Snapshot total(const std::vector<std::unique_ptr<Part>>& parts,
                        metrics::Histogram Part::*histogram) {
  metrics::Snapshot sum;
  for (const auto& part : parts) sum.add(((*part).*histogram).read());
  return sum;
}

}  // namespace firstcome::node
