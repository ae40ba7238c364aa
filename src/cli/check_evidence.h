#pragma once

#include <memory>

#include "check/naive_model.h"
#include "domain/result.h"
#include "node/data_location.h"

namespace firstcome::cli {

/// The contents of journal and store, in the form that src/check reads.
struct DataEvidence {
  check::StoreRows store;
  std::unique_ptr<check::NaiveModel> journal;
};

/// Reads the whole store in one snapshot, then the journal up to its current end. Takes no locks and changes
/// nothing; servers may run.
Result<DataEvidence> read_evidence(const node::DataLocation& location);

}  // namespace firstcome::cli
