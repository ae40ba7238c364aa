#pragma once

#include <map>
#include <vector>

#include "check/evidence.h"
#include "check/naive_model.h"
#include "check/policy_book.h"
#include "check/report.h"

namespace firstcome::check {

/// Number of a row in the history.
using RowNumber = std::uint32_t;

/// A POST that was not decided at once, and the row of its ticket that says how it was.
struct LateOutcome {
  RowNumber asked = 0;
  RowNumber told = 0;
};

/// What was told SOLD_OUT of one policy.
struct SoldOut {
  RowNumber first = 0;
  std::size_t rows = 0;
};

/// Who was told of a coupon; `row` says so.
struct Holder {
  PolicyId policy;
  std::int32_t sequence = 0;
  RowNumber row = 0;
};

struct ByUser;
class Copies;

/// What all users together were told.
struct Holders {
  std::vector<Holder> holders;             ///< once a user and policy
  IdMap<PolicyId, std::int64_t> possible;  ///< users who may hold a coupon and were not told so
  std::map<PolicyId, SoldOut> sold_out;
};

// --- over the history alone

/// C4, C7: each row for itself says something that can be an answer.
void check_rows(const Evidence& evidence, Report& report);
/// C4, C7: a ticket is one caller's, is known, and says the same for ever.
/// `compared`: is set for each row that says the same as another, or should.
std::vector<LateOutcome> check_tickets(const Evidence& evidence, std::vector<bool>& compared, Report& report);
/// C2, C7: one coupon a user, told the same for ever. C10: won by a request of theirs. `copies`: with the
/// journal.
Holders check_users(const Evidence& evidence, const PolicyBook& policies, const std::vector<ByUser>& rows,
                    const std::vector<LateOutcome>& late, const Copies* copies, std::vector<bool>& compared,
                    Report& report);
/// C7: how many answers were compared with anything.
void count_compared(const Evidence& evidence, const std::vector<bool>& compared, Report& report);
/// C1, C3, C9: one user a sequence, none above the stock, none left out, none left over.
void check_sequences(const Evidence& evidence, const PolicyBook& policies, Holders holders, Report& report);
/// C6: answered before another was sent means ahead of it.
void check_order(const Evidence& evidence, const PolicyBook& policies, const std::vector<LateOutcome>& late,
                 Report& report);
/// C6: nobody wins at a place behind one where it was sold out.
void check_places(const Evidence& evidence, const PolicyBook& policies, const std::vector<LateOutcome>& late,
                  Report& report);
/// C6: early refusals speak of a journal that is no older than max-staleness; UNKNOWN_POLICY not after it was
/// known, nothing but CLOSED after it was closed.
void check_staleness(const Evidence& evidence, const PolicyBook& policies, Report& report);

// --- with the store

/// C3, C4, C10: who was told of a coupon has it, and who has one asked for it.
void check_told_is_held(const Evidence& evidence, const PolicyBook& policies, const std::vector<ByUser>& rows,
                        const Copies* copies, Report& report);
/// C1, C2, C3: the rows of coupons.
void check_coupons(const Evidence& evidence, const PolicyBook& policies, Report& report);
/// C8: the batches cover each partition from its beginning to its position, without gap or overlap.
void check_batches_tile(const Evidence& evidence, Report& report);
/// C4, C7: what was told at a place is what its code says.
void check_told_is_stored(const Evidence& evidence, Report& report);
/// Is SOLD_OUT of this policy judged by the history alone?
bool is_judged_by_history(const PolicyFacts& facts);
/// C9: nobody is told SOLD_OUT while a coupon is free at that place.
void check_no_under_issue(const Evidence& evidence, const PolicyBook& policies, Report& report);

// --- with the journal

/// C4, C7: what was told at a place is what the journal decides there. C6: early refusals are right as of
/// their place, and at a place fresh enough when they were given.
void check_told_is_decided(const Evidence& evidence, Report& report);
/// C5: the store is what the naive model makes of the journal, row for row.
void check_store_is_model(const Evidence& evidence, Report& report);
/// C10: a request that may have been appended is in the journal, copies apart, once or not at all; one that
/// was not taken, never.
void check_appended_once(const Evidence& evidence, const PolicyBook& policies,
                         const std::vector<ByUser>& rows, const Copies& copies, Report& report);
/// C4: misrouted records are decided at home exactly once; undecodable ones are kept with the dead letters.
void check_relays(const Evidence& evidence, Report& report);

}  // namespace firstcome::check
