#pragma once

#include "check/evidence.h"
#include "check/naive_model.h"

namespace firstcome::check {

/// C1, C2, C3: never more than the stock, one a user, sequences 1, 2, 3 … in journal order, every coupon
/// asked for.
void check_coupons(const Evidence& evidence, const NaiveModel& model, Findings& findings);
/// C5: the store is what the naive model makes of the journal, row for row.
void check_store_is_model(const Evidence& evidence, const NaiveModel& model, Findings& findings);
/// C8: the batches cover each partition from its beginning to its position, without gap or overlap.
void check_batches_tile(const Evidence& evidence, const NaiveModel& model, Findings& findings);
/// C4, C7: who was told something at a place was told what the journal decided there, and it is so for ever.
void check_told_is_decided(const Evidence& evidence, const NaiveModel& model, Findings& findings);
/// C6: answered before another was sent means ahead of it.
void check_real_time_order(const Evidence& evidence, const NaiveModel& model, Findings& findings);
/// C6: early refusals are right as of their place, and at a place fresh enough when they were given.
void check_early_refusals(const Evidence& evidence, const NaiveModel& model, Findings& findings);
/// C9: nobody is told SOLD_OUT while a coupon is free at that place.
void check_no_under_issue(const Evidence& evidence, const NaiveModel& model, Findings& findings);
/// C10: a request that may have been appended is in the journal once or not at all; one that was not taken,
/// never.
void check_appended_once(const Evidence& evidence, const NaiveModel& model, Findings& findings);
/// Misrouted records are decided at home exactly once; undecodable ones are kept with the dead letters.
void check_relays(const Evidence& evidence, const NaiveModel& model, Findings& findings);

/// All of them. Empty: every promise that can be seen from here was kept.
Findings judge(const Evidence& evidence);

/// For messages: "partition 1, offset 17".
std::string words(Place place);

}  // namespace firstcome::check
