#pragma once

#include <span>

#include "postgres/params.h"
#include "store/store.h"

namespace firstcome::store::pg {

/// Rows of `coupon` and `policy_change` as COPY takes them, in the order of FIRSTCOME_PG_COUPON and
/// FIRSTCOME_PG_CHANGE.
postgres::CopyData coupon_rows(const Batch& batch);
postgres::CopyData change_rows(const Batch& batch);

/// The columns of policies as arrays, in the order of FIRSTCOME_PG_POLICY. At least one policy.
class PolicyArrays {
 public:
  explicit PolicyArrays(std::span<const Policy> policies);
  /// They must outlive the statement's run.
  void add_to(postgres::Params& params) const;

 private:
  std::vector<postgres::ArrayData> columns_;
};

}  // namespace firstcome::store::pg
