#pragma once

#include <string>

#include "replica/policy_snapshots.h"

namespace firstcome::node {

/// The journal's last record is of `last`, and the machine's clock says `now`, long after. A clock that is
/// wrong would open or end policies for ever, since the journal's time does not run backwards. Why nothing
/// may be appended at that time; empty when no policy's window opens or ends in between.
std::string why_not_append(const replica::PolicySnapshots& snapshots, Timestamp last, Timestamp now);

}  // namespace firstcome::node
