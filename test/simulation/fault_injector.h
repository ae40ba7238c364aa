#pragma once

#include "cluster.h"

namespace firstcome::simulation {

/// Puts onto the timeline what goes wrong by itself: nodes that die, a store that is away or loses its last
/// commits, ownership that moves, and a producer that keys as it likes.
void plan_misfortune(Cluster& cluster);

/// One record of that other producer.
void append_foreign_record(Cluster& cluster);
void append_foreign_record_to(Cluster& cluster, Partition partition);
/// A record that came just now once more, at home or not, while its sender still waits.
void copy_newest_record(Cluster& cluster);

}  // namespace firstcome::simulation
