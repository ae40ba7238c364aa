#pragma once

#include "metrics/histogram.h"

namespace firstcome::journal {

/// What the thread that writes a journal counts.
struct alignas(metrics::kCacheLine) Counters {
  /// From an append to its acknowledgement. All records of a commit count with the one that waited longest.
  metrics::Histogram append = metrics::Histogram::of_times();
  metrics::Histogram commit = metrics::Histogram::of_times();  ///< from taking the records to telling all
  metrics::Histogram commit_records = metrics::Histogram::of_sizes();
  metrics::ErrorCounter errors;
  metrics::Gauge unacknowledged;  ///< records that were taken and whose end is not known yet
  metrics::Counter renewals;      ///< of the writer, after an error it could not go on from
};

/// What a member of the issuers' group counts, on its thread.
struct alignas(metrics::kCacheLine) GroupCounters {
  metrics::Gauge joined;        ///< 1: in the group; 0: refused, cut off, or between two assignments
  metrics::Gauge owned;         ///< partitions
  metrics::Gauge foreign;       ///< 1: a consumer of the new protocol is in the group, and takes partitions
  metrics::Counter rebalances;  ///< assignments it was given
  metrics::ErrorCounter errors;
};

}  // namespace firstcome::journal
