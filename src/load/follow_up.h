#pragma once

#include <span>
#include <vector>

#include "load/plan.h"
#include "load/request_log.h"

namespace firstcome::load {

/// The requests to send after a run, distributed to `threads`: at most `plan.follow_up` of each kind, evenly spread
/// over the run.
/// - tickets: all with PENDING, and a sample of the others. Do they return the same result?
/// - winners again: do they get the same coupon?
/// - users and commands without a response: what is their result?
/// - commands of coupons again: does nothing change? And by another order: is it refused?
/// The requests refer to the texts in the request logs.
std::vector<std::vector<PlannedRequest>> follow_up_requests(const Plan& plan,
                                                            std::span<const RequestLog* const> request_logs,
                                                            std::size_t threads);

}  // namespace firstcome::load
