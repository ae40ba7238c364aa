#pragma once

#include "journal/record_mac.h"
#include "store/store.h"

namespace firstcome::store {

/// The MAC of records that nodes of this installation write in this era.
inline journal::RecordMac record_mac(const Settings& settings) { return {settings.key, settings.era}; }

/// Accepts records that nodes of this installation wrote in this era.
inline journal::RecordTrust record_trust(const Settings& settings) {
  return {record_mac(settings), settings.skipped_rules};
}

}  // namespace firstcome::store
