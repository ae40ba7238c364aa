#pragma once

#include "journal/record_seal.h"
#include "store/store.h"

namespace firstcome::store {

/// Seals what nodes of this installation and era write.
inline journal::RecordSeal record_seal(const Settings& settings) { return {settings.key, settings.era}; }

/// Believes what nodes of this installation and era write.
inline journal::RecordTrust record_trust(const Settings& settings) {
  return {record_seal(settings), settings.skipped_rules};
}

}  // namespace firstcome::store
