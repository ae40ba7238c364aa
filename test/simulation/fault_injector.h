#pragma once

#include "cluster.h"

namespace firstcome::simulation {

/// Adds faults to the timeline: crashes of nodes, outages of the store and lost commits, changes of
/// ownership, and records of a producer that ignores firstcome's keys.
void plan_faults(Cluster& cluster);

/// Appends one record of that other producer.
void append_foreign_record(Cluster& cluster);
void append_foreign_record_to(Cluster& cluster, Partition partition);
/// Appends a copy of a record that was just appended, in any partition, while its sender still waits.
void copy_newest_record(Cluster& cluster);

}  // namespace firstcome::simulation
