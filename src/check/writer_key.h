#pragma once

#include <array>
#include <set>

#include "check/record_parser.h"

namespace firstcome::check {

/// What identifies records of this installation's nodes, from the store.
struct WriterKey {
  std::array<unsigned char, 32> key{};  ///< for MACs of records of this era
  Era era = 1;
  std::set<Place> skipped_rules;  ///< rules records that an operator has decided to skip
};

/// True if the header `mac` was made with the key (docs/decisions/0024).
bool has_valid_mac(const WriterKey& writer, Partition partition, const JournalRecord& record);

}  // namespace firstcome::check
