#pragma once

#include <optional>
#include <string>

#include "domain/result.h"
#include "node/data_location.h"
#include "store/store.h"

namespace firstcome::node {

/// Removes the rows of a partition from the store (nothing: of all partitions), so that nodes decide the
/// journal again from its beginning. The settings stay, including the installation key. Nodes may run
/// meanwhile. Refused if the journal no longer has its beginning. On servers the store's user must own the
/// tables.
Status rebuild_store(const DataLocation& location, std::optional<Partition> partition);

/// Checks that the rows of a partition match the state hash saved with them.
Status check_rows(store::Reader& reader, Partition partition, std::int32_t homes);

}  // namespace firstcome::node
