#pragma once

#include <map>
#include <vector>

#include "check/evidence.h"
#include "check/known_policies.h"
#include "check/naive_model.h"
#include "check/report.h"

namespace firstcome::check {

/// Index of a row in the history.
using RowNumber = std::uint32_t;

/// A POST that got 202, and the row of its ticket that has the result.
struct LateResult {
  RowNumber post = 0;
  RowNumber result = 0;
};

/// What the tickets show.
struct TicketResults {
  std::vector<LateResult> late;
  /// By row: true for a POST that got the ticket of another one, with 202. It joined that one while it was under way, so
  /// it has no record and no place in the order of its own.
  std::vector<bool> joined;
};

/// The SOLD_OUT responses of one policy.
struct SoldOut {
  RowNumber first = 0;
  std::size_t rows = 0;
};

/// A coupon that a response names.
struct ReportedCoupon {
  PolicyId policy;
  std::int32_t sequence = 0;
  RowNumber row = 0;
};

/// The coupons of all users, as the responses name them.
struct ReportedCoupons {
  std::vector<ReportedCoupon> coupons;     ///< one a user and policy
  IdMap<PolicyId, std::int64_t> possible;  ///< users who may own a coupon that no response names
  std::map<PolicyId, SoldOut> sold_out;
};

struct ByUser;
class Copies;

// --- from the history alone

/// C4, C7: each row is a possible response.
void check_rows(const Evidence& evidence, Report& report);
/// C4, C7: a ticket belongs to one caller, or to requests of one user at the same time; it is known, and always returns
/// the same. Sets `compared` for each row that was compared with another.
TicketResults check_tickets(const Evidence& evidence, std::vector<bool>& compared, Report& report);
/// C2, C7: one coupon per user, the same in every response. C6: an early ALREADY_ISSUED is as of a place after the
/// coupon's record. C10: one of the user's requests can have won it.
/// `copies`: null without the journal.
ReportedCoupons check_users(const Evidence& evidence, const KnownPolicies& policies,
                            const std::vector<ByUser>& rows, const std::vector<LateResult>& late,
                            const Copies* copies, std::vector<bool>& compared, Report& report);
/// C7: counts the answers that were compared with anything.
void count_compared(const Evidence& evidence, const std::vector<bool>& compared, Report& report);
/// C1, C3, C9: one user per sequence, none above the stock, no gaps, no coupon without an owner after SOLD_OUT.
void check_sequences(const Evidence& evidence, const KnownPolicies& policies, ReportedCoupons reported,
                     Report& report);
/// C6: a request that was answered before another was sent comes first.
void check_order(const Evidence& evidence, const KnownPolicies& policies, const TicketResults& tickets,
                 Report& report);
/// C6: no SUCCESS at a place after a SOLD_OUT.
void check_places(const Evidence& evidence, const KnownPolicies& policies, const TicketResults& tickets,
                  Report& report);
/// C11: the commands of each coupon. One order uses it at a time, none after a cancel, and a repeat changes nothing.
/// `copies`: null without the journal.
void check_coupon_commands(const Evidence& evidence, const KnownPolicies& policies, const Copies* copies,
                           Report& report);
/// C6: an early refusal is at most max-staleness old. No UNKNOWN_POLICY after the policy was known, and only
/// CLOSED after it was closed.
void check_staleness(const Evidence& evidence, const KnownPolicies& policies, Report& report);

// --- with the store

/// C3, C4, C7, C10: a reported coupon is stored, and the owner of a stored coupon has requested it. C6: an early
/// ALREADY_ISSUED is as of a place after the coupon's record.
void check_answers_against_coupons(const Evidence& evidence, const KnownPolicies& policies,
                                   const std::vector<ByUser>& rows, const Copies* copies, Report& report);
/// C1, C3: the rows of coupons.
void check_coupons(const Evidence& evidence, const KnownPolicies& policies, Report& report);
/// C11: an accepted command of a coupon is stored, and a stored one was requested.
void check_coupon_changes(const Evidence& evidence, const KnownPolicies& policies, const Copies* copies,
                          Report& report);
/// C8: the batches cover each partition from its beginning to its position, without gap or overlap.
void check_batches(const Evidence& evidence, Report& report);
/// C4, C7: the answer of a request is the stored code of its offset.
void check_answers_against_codes(const Evidence& evidence, Report& report);
/// True if the history alone is enough to judge the SOLD_OUT responses of this policy.
bool is_judged_by_history(const PolicyFacts& facts);
/// C9: no SOLD_OUT at a place with a free coupon.
void check_no_under_issue(const Evidence& evidence, const KnownPolicies& policies, Report& report);

// --- with the journal

/// C4, C7: the answer of a request is the journal's decision. C6: early refusals are right as of their place,
/// and were fresh enough.
void check_answers_against_journal(const Evidence& evidence, Report& report);
/// C5: the store equals what the naive model decides, row for row.
void check_store_against_model(const Evidence& evidence, Report& report);
/// C10: without copies, a request that may be appended has at most one record, and a request that was not
/// appended has none.
void check_appended_once(const Evidence& evidence, const KnownPolicies& policies,
                         const std::vector<ByUser>& rows, const std::vector<bool>& joined,
                         const Copies& copies, Report& report);
/// C4: a misrouted record is decided at its home exactly once, an undecodable one is in the dead letters.
void check_relays(const Evidence& evidence, Report& report);

}  // namespace firstcome::check
