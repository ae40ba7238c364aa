#pragma once

#include <string>

#include "replica/policy_snapshots.h"

namespace firstcome::node {

/// Returns why nothing may be appended at `now`, or an empty string. `last` is the time of the journal's last
/// record, much earlier than `now`. A policy whose window opens or ends in between would open or end
/// permanently if the machine's clock is wrong, because the journal's time does not run backwards.
std::string why_not_append(const replica::PolicySnapshots& snapshots, Timestamp last, Timestamp now);

}  // namespace firstcome::node
