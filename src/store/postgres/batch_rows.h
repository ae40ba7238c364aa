#pragma once

#include <optional>
#include <span>

#include "postgres/params.h"
#include "store/store.h"

namespace firstcome::store::pg {

/// Rows of the tables coupon, policy_change, coupon_change, eligible_user and coupon_code for COPY, in the order of
/// FIRSTCOME_PG_COUPON, FIRSTCOME_PG_CHANGE, FIRSTCOME_PG_COUPON_CHANGE, FIRSTCOME_PG_LISTED and FIRSTCOME_PG_IMPORTED_CODE.
postgres::CopyData coupon_rows(const Batch& batch);
postgres::CopyData change_rows(const Batch& batch);
postgres::CopyData coupon_change_rows(const Batch& batch);
postgres::CopyData listed_rows(const Batch& batch);
postgres::CopyData imported_code_rows(const Batch& batch);
/// Of the records that have an event, in the order of FIRSTCOME_PG_EVENT_TRACE; nothing if there are none.
std::optional<postgres::CopyData> event_trace_rows(const Batch& batch);

/// The columns of at least one policy or life as arrays, in the order of FIRSTCOME_PG_POLICY or FIRSTCOME_PG_LIFE.
class RowArrays {
 public:
  explicit RowArrays(std::span<const Policy> policies);
  explicit RowArrays(std::span<const CouponLife> lives);
  /// This object must outlive the execution of the statement.
  void add_to(postgres::Params& params) const;

 private:
  template <class Value, class Write>
  void column(Oid type, std::span<const Value> values, Write write);

  std::vector<postgres::ArrayData> columns_;
};

}  // namespace firstcome::store::pg
