#pragma once

#include "api/queries.h"
#include "replica/policy_snapshots.h"

namespace firstcome::api {

/// A page of the policies in memory. Complete if memory has every policy with all its fields.
PoliciesAnswer policies_in_memory(const replica::PolicySnapshots& snapshots,
                                  const PoliciesQuestion& question);

/// A page of the policies in memory and in the store. If both have a policy, memory is newer. The error: the store could
/// not be read.
Result<PoliciesAnswer> policies_everywhere(const replica::PolicySnapshots& snapshots, store::Reader& reader,
                                           const PoliciesQuestion& question);

}  // namespace firstcome::api
