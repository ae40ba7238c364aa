#pragma once

#include "postgres/database_connection.h"
#include "store/event_outbox.h"

namespace firstcome::store {

class PostgresOutbox : public EventOutbox {
 public:
  PostgresOutbox(postgres::Address address, postgres::SessionSettings session);
  Status connect() { return connection_.ensure(); }

  Result<std::vector<EventRange>> unpublished() override;
  Result<std::vector<SavedEvent>> events(std::span<const EventRange> ranges) override;
  Status published(std::span<const PublishedRange> ranges) override;

 private:
  Result<std::vector<CouponRow>> coupons(std::span<const EventRange> ranges);
  Result<std::vector<CouponChangeRow>> coupon_changes(std::span<const EventRange> ranges);
  Result<std::vector<StoredChange>> policy_changes(std::span<const EventRange> ranges);
  Status add_imported_codes(std::span<SavedEvent> events);
  [[nodiscard]] Error missing(std::string_view what, PolicyId policy, std::int64_t number) const;

  postgres::DatabaseConnection connection_;
};

}  // namespace firstcome::store
