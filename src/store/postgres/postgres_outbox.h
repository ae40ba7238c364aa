#pragma once

#include "postgres/database_connection.h"
#include "store/event_outbox.h"

namespace firstcome::store {

class PostgresOutbox : public EventOutbox {
 public:
  PostgresOutbox(postgres::Address address, postgres::SessionSettings session);
  Status connect() { return connection_.ensure(); }

  Result<std::vector<CouponRange>> unpublished() override;
  Result<std::vector<CouponRow>> coupons(std::span<const CouponRange> ranges) override;
  Status published(std::span<const CouponRange> ranges) override;

 private:
  [[nodiscard]] Error missing(PolicyId policy, std::int64_t sequence) const;

  postgres::DatabaseConnection connection_;
};

}  // namespace firstcome::store
