#pragma once

#include <array>
#include <set>

#include "check/read_record.h"

namespace firstcome::check {

/// What tells records of this installation's nodes from those of anybody else, as the store has it.
struct WriterKey {
  std::array<unsigned char, 32> key{};  ///< for MACs of records of this era
  Era era = 1;
  std::set<Place> skipped_rules;  ///< an operator has these rules records skipped
};

/// Does the header `mac` say that who wrote the record has the key? (docs/decisions/0024)
bool has_valid_mac(const WriterKey& writer, Partition partition, const JournalRecord& record);

}  // namespace firstcome::check
