#pragma once

#include <optional>
#include <string>

#include "domain/result.h"
#include "store/store.h"

namespace firstcome::app {

/// Removes what the embedded store has of a partition (nothing: of all), so that a node decides the journal
/// again from its beginning. The settings stay, and with them the installation key. A server may run on the
/// folder. Refused when the journal no longer has its beginning.
Status rebuild_store(const std::string& folder, std::optional<Partition> partition);

/// Do the rows that the store has of a partition come to the state hash saved with them? If not, what to do.
Status check_rows(store::Reader& reader, Partition partition, std::int32_t homes);

}  // namespace firstcome::app
