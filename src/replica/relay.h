#pragma once

#include "domain/record.h"
#include "journal/journal.h"
#include "replica/decided_log.h"

namespace firstcome::replica {

/// A misrouted record on its way home: canonical JSON, with where it stood in the header `origin`.
Relay relay_home(const journal::RawRecord& raw, const Record& record, Partition self, Partition home);

/// An undecodable record on its way to the dead letters: key, value and headers as they were, with the
/// headers that Spring Kafka's DeadLetterPublishingRecoverer sets (names and binary forms).
Relay relay_to_dead_letters(const journal::RawRecord& raw, const std::string& reason, Partition self);

}  // namespace firstcome::replica
