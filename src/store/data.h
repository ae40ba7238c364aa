#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "store/store.h"

namespace firstcome::store {

/// The first content of an empty store, which then belongs to this journal.
struct NewData {
  std::string journal_identity;
  /// State hash of a decider without records, for each partition. Determines the number of partitions.
  std::vector<std::uint64_t> empty_state_hashes;
  /// The key of an existing installation. If absent, a new one is drawn.
  std::optional<InstallationKey> key{};
};

/// Fails if store and journal do not belong together: decisions about the records of one journal with the
/// state of another would issue wrong coupons.
Status check_same_data(const Settings& settings, journal::JournalReader& journal);

/// For messages: "partition 2, offsets 17 to 20".
std::string describe(const Batch& batch);

}  // namespace firstcome::store
