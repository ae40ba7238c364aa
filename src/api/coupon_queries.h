#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "admission/reply.h"
#include "api/code_lookup.h"
#include "replica/answer.h"
#include "replica/decided_log.h"
#include "store/store.h"

namespace firstcome::api {

/// A query for one coupon.
struct CouponQuestion {
  PolicyId policy;
  std::int64_t sequence = 0;
};

struct FoundCoupon {
  replica::CouponAsOf coupon;
  std::string code{};  ///< empty: it has none
};

struct CouponAnswer {
  bool has_policy = false;
  std::optional<FoundCoupon> coupon{};
  admission::AsOf as_of{};
};

/// A query for a page of the coupons of a policy.
struct PolicyCouponsQuestion {
  PolicyId policy;
  std::string state{};     ///< as in answers; empty: every state
  std::int64_t after = 0;  ///< the last sequence of the previous page
  std::size_t limit = 1;
};

/// By sequence, as of what is saved: a coupon or command that is not in the store yet is not in the page.
struct PolicyCouponsAnswer {
  bool has_policy = false;
  std::vector<FoundCoupon> coupons{};
  std::optional<std::int64_t> next{};  ///< the next page is after this sequence
  admission::AsOf as_of{};
};

/// A query for the number of coupons of a policy in each state.
struct CouponCountsQuestion {
  PolicyId policy;
};

/// As of what is saved, like a page.
struct CouponCountsAnswer {
  std::optional<store::CouponCounts> counts{};  ///< none: there is no such policy
  admission::AsOf as_of{};
};

/// Answers questions about coupons by their sequence. Blocks; used by one thread.
class CouponQueries {
 public:
  /// `home`, `log`: of the policy of the questions.
  CouponQueries(store::Reader& reader, Partition home, const replica::DecidedLog& log, Era era,
                const CodeLookup& codes)
      : reader_(reader), home_(home), log_(log), era_(era), codes_(codes) {}

  /// From the store and the tail.
  Result<CouponAnswer> coupon(const CouponQuestion& question);
  Result<PolicyCouponsAnswer> page(const PolicyCouponsQuestion& question);
  Result<CouponCountsAnswer> counts(const CouponCountsQuestion& question);

 private:
  struct Stored {
    store::Position position;
    std::optional<store::CouponRow> row;
    CouponLife life;
  };
  Result<Stored> stored(const CouponQuestion& question);
  Result<FoundCoupon> found_coupon(const Policy& policy, const store::CouponRow& row, CouponLife life,
                                   Timestamp clock) const;
  Result<store::Position> position();
  [[nodiscard]] const store::Position* position_in(const std::vector<store::Position>& positions) const;
  Result<std::optional<Policy>> policy(PolicyId id);

  store::Reader& reader_;
  const Partition home_;
  const replica::DecidedLog& log_;
  const Era era_;
  const CodeLookup& codes_;
};

}  // namespace firstcome::api
