#pragma once

#include <optional>
#include <string>

#include "domain/result.h"
#include "node/data_place.h"
#include "store/store.h"

namespace firstcome::node {

/// Removes what the store has of a partition (nothing: of all), so that nodes decide the journal again from
/// its beginning. The settings stay, and with them the installation key. Nodes may run meanwhile. Refused
/// when the journal no longer has its beginning. On servers the store's user must own the tables.
Status rebuild_store(const DataPlace& place, std::optional<Partition> partition);

/// Do the rows that the store has of a partition come to the state hash saved with them? If not, what to do.
Status check_rows(store::Reader& reader, Partition partition, std::int32_t homes);

}  // namespace firstcome::node
