#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "metrics/histogram.h"
#include "replica/replica_driver.h"
#include "store/store.h"

namespace firstcome::node {

/// What the issuer's thread of a partition counts.
struct alignas(metrics::kCacheLine) SaverCounters {
  metrics::Gauge owned;  ///< 1: this node is to save it
  std::array<metrics::Counter, store::kSaveOutcomes.size()> saves;
  metrics::Histogram save = metrics::Histogram::of_times();  ///< transactions, whatever came of them
  metrics::Histogram batch_records = metrics::Histogram::of_sizes();
  metrics::Counter relayed_home;
  metrics::Counter relayed_dead;
  metrics::Counter relay_failures;
  metrics::Counter coupons_saved;
  metrics::Counter reloads;
  metrics::Counter takeovers;  ///< partitions saved here because their owner did not
  metrics::ErrorCounter position_errors;
  metrics::ErrorCounter save_errors;
  metrics::ErrorCounter halt_errors;
  metrics::ErrorCounter compare_errors;  ///< of the journal
};

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
      partitions.push_back(std::make_unique<replica::ReplicaCounters>());
      watches.push_back(std::make_unique<WatchCounters>());
      savers.push_back(std::make_unique<SaverCounters>());
    }
  }
  std::vector<std::unique_ptr<replica::ReplicaCounters>> partitions;
  std::vector<std::unique_ptr<WatchCounters>> watches;  ///< by partition, too
  std::vector<std::unique_ptr<SaverCounters>> savers;   ///< by partition, too
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
