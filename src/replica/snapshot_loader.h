#pragma once

#include <span>

#include "replica/replica.h"
#include "store/store.h"

namespace firstcome::replica {

/// Resets the replicas and loads them from one snapshot of the store. Skips rows of other partitions. Blocks
/// on the store. After an error the replicas must be loaded again.
Status load_snapshot(store::Store& store, std::span<Replica* const> replicas);

}  // namespace firstcome::replica
