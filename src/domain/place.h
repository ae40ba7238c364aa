#pragma once

#include "domain/ids.h"

namespace firstcome {

/// Where a record is in the journal.
struct Place {
  Partition partition = 0;
  Offset offset = 0;
  auto operator<=>(const Place&) const = default;
};

}  // namespace firstcome
