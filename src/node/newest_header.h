#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "journal/journal.h"

namespace firstcome::node {

/// A header of a partition's newest record; nothing without a record or without that header. Blocks on the
/// network.
Result<std::optional<std::string>> newest_header(journal::JournalReader& topic, Partition partition,
                                                 std::string_view name);

}  // namespace firstcome::node
