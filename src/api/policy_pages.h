#pragma once

#include "api/queries.h"
#include "replica/policy_snapshots.h"

namespace firstcome::api {

/// A page of what memory has. Whole while no policy is known by its id alone.
PoliciesAnswer policies_in_memory(const replica::PolicySnapshots& snapshots,
                                  const PoliciesQuestion& question);

/// A page of what memory and store have together: memory's word counts, since the store follows it. An error:
/// the store could not be asked.
Result<PoliciesAnswer> policies_everywhere(const replica::PolicySnapshots& snapshots, store::Reader& reader,
                                           const PoliciesQuestion& question);

}  // namespace firstcome::api
