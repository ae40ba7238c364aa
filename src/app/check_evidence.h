#pragma once

#include <memory>
#include <string>

#include "check/naive_model.h"
#include "domain/result.h"

namespace firstcome::app {

/// What a data folder says, as src/check takes it.
struct DataEvidence {
  check::StoreRows store;
  std::unique_ptr<check::NaiveModel> journal;
};

/// Reads the whole store in one snapshot, then the journal up to the end it has by then. Locks and changes
/// nothing; a server may have the folder open.
Result<DataEvidence> read_evidence(const std::string& folder);

}  // namespace firstcome::app
