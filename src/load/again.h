#pragma once

#include <span>
#include <vector>

#include "load/client_connection.h"
#include "load/plan.h"
#include "load/request_log.h"

namespace firstcome::load {

/// What to ask after a run, at most `plan.ask_again` of each kind, spread evenly over the run and dealt to
/// `threads`:
/// - every ticket that said PENDING, and a sample of the others: does it still say the same?
/// - winners once more: are they told the coupon they hold?
/// - users who got no answer: what became of them?
/// The questions point into the request_logs.
std::vector<std::vector<Question>> deal_questions(const Plan& plan,
                                                  std::span<const RequestLog* const> request_logs,
                                                  std::size_t threads);

}  // namespace firstcome::load
