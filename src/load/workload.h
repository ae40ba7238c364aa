#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "load/plan.h"
#include "load/planned_request.h"
#include "load/share.h"

namespace firstcome::load {

/// Decides which user requests which policy next, for one thread of the generator. Each user belongs to one thread.
class Workload {
 public:
  Workload(const Plan& plan, int thread);
  PlannedRequest next();

 private:
  void advance();

  const std::int64_t users_;
  const std::int64_t first_user_;
  const std::int64_t thread_;
  const std::int64_t threads_;
  const std::size_t policies_;
  std::int64_t index_ = 0;  ///< of the user, among the users of this thread
  std::size_t policy_ = 0;
  bool again_ = false;  ///< the next request repeats user and policy
  bool begun_ = false;
  Share twice_;
  Share break_off_;
  Share fixed_;
  bool cut_answer_ = false;  ///< the two kinds of Cut alternate
};

/// Decides what happens to a coupon that was won in the run: an order uses it, it is cancelled, or nothing.
class CouponUse {
 public:
  explicit CouponUse(const Plan& plan) : use_(plan.use), cancel_(plan.cancel) {}
  /// `won`: the request that got the coupon with this sequence.
  std::optional<PlannedRequest> next(const PlannedRequest& won, std::int64_t sequence);

 private:
  Share use_;
  Share cancel_;
  int cancels_due_ = 0;  ///< put off, because the coupon was used
};

}  // namespace firstcome::load
