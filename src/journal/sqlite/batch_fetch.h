#pragma once

#include <vector>

#include "journal/sqlite/recent_batches.h"

namespace firstcome::journal {

/// The records of `batches` from `position` on; moves `position` past them. `end`: end of the partition.
Fetch fetch_of(std::vector<BatchPointer> batches, Offset& position, Offset end);

}  // namespace firstcome::journal
