#pragma once

#include <span>

#include "replica/replica.h"
#include "store/store.h"

namespace firstcome::replica {

/// Resets the replicas and loads them from one snapshot of the store, in which rows of other partitions are
/// passed over. Blocks on the store. After an error they have to be loaded again.
Status load_snapshot(store::Store& store, std::span<Replica* const> replicas);

}  // namespace firstcome::replica
