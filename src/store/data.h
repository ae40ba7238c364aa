#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "journal/journal.h"
#include "store/store.h"

namespace firstcome::store {

/// What a store is given when it is empty: from then on it belongs to this journal.
struct NewData {
  std::string journal_identity;
  /// What a decider that has seen nothing hashes to; one a partition, which fixes their number.
  std::vector<std::uint64_t> empty_state_hashes;
  /// Of an installation that was there before; else one is drawn.
  std::optional<InstallationKey> key{};
};

/// Do store and journal belong together? If not, the error says what differs and what to do: deciding one
/// journal's records onto another's state would issue coupons nobody won.
Status check_same_data(const Settings& settings, journal::JournalReader& journal);

}  // namespace firstcome::store
