#pragma once

#include "domain/result.h"
#include "journal/journal.h"
#include "store/store.h"

namespace firstcome::node {

/// Is the record before the position still the one that was decided? A journal recreated, truncated or
/// mirrored behind our back is a Permanent error that says what to do; a record that retention has removed
/// cannot be compared and is fine, also when records behind it are gone: this node may have decided them, and
/// then saves them from memory.
Status check_log(journal::Journal& journal, const store::Position& position);

}  // namespace firstcome::node
