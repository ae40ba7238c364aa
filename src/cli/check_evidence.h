#pragma once

#include <memory>

#include "check/naive_model.h"
#include "domain/result.h"
#include "node/data_place.h"

namespace firstcome::cli {

/// What journal and store say, as src/check takes it.
struct DataEvidence {
  check::StoreRows store;
  std::unique_ptr<check::NaiveModel> journal;
};

/// Reads the whole store in one snapshot, then the journal up to the end it has by then. Locks and changes
/// nothing; servers may be at work.
Result<DataEvidence> read_evidence(const node::DataPlace& place);

}  // namespace firstcome::cli
