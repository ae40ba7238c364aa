#pragma once

#include "metrics/histogram.h"

namespace firstcome::journal {

/// Metrics of the thread that writes a journal.
struct alignas(metrics::kCacheLine) Counters {
  /// Time from an append to its acknowledgement. All records of a commit count with the longest time among
  /// them.
  metrics::Histogram append = metrics::Histogram::of_times();
  metrics::Histogram commit = metrics::Histogram::of_times();  ///< from the start to the last acknowledgement
  metrics::Histogram commit_records = metrics::Histogram::of_sizes();
  metrics::ErrorCounter errors;
  metrics::Gauge unacknowledged;  ///< accepted records without an acknowledgement
  metrics::Counter renewals;      ///< new producers, after an error that ended the producer
};

/// Metrics of a member of the issuers' group, written by its thread.
struct alignas(metrics::kCacheLine) GroupCounters {
  metrics::Gauge joined;        ///< 1: in the group; 0: rejected, disconnected, or between two assignments
  metrics::Gauge owned;         ///< partitions
  metrics::Gauge foreign;       ///< 1: a consumer of the new protocol is in the group and gets partitions
  metrics::Counter rebalances;  ///< assignments received
  metrics::ErrorCounter errors;
};

}  // namespace firstcome::journal
