#pragma once

#include <span>

#include "postgres/params.h"
#include "store/store.h"

namespace firstcome::store::pg {

/// Rows of the tables coupon and policy_change for COPY, in the order of FIRSTCOME_PG_COUPON and
/// FIRSTCOME_PG_CHANGE.
postgres::CopyData coupon_rows(const Batch& batch);
postgres::CopyData change_rows(const Batch& batch);

/// The columns of at least one policy as arrays, in the order of FIRSTCOME_PG_POLICY.
class PolicyArrays {
 public:
  explicit PolicyArrays(std::span<const Policy> policies);
  /// This object must outlive the execution of the statement.
  void add_to(postgres::Params& params) const;

 private:
  std::vector<postgres::ArrayData> columns_;
};

}  // namespace firstcome::store::pg
