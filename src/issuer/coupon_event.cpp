#include "issuer/coupon_event.h"

#include <fmt/core.h>

#include "domain/home.h"
#include "text/json_text.h"

namespace firstcome::issuer {

CouponEventWriter::CouponEventWriter(const InstallationKey& key, Incarnations incarnations,
                                     std::string source, IdForm ids)
    : tickets_(key, std::move(incarnations)),
      source_(std::move(source)),
      ids_(ids),
      installation_(key.name()) {
  headers_[SpecVersion] = {"ce_specversion", "1.0"};
  headers_[Type] = {"ce_type", "firstcome.coupon.issued.v1"};
  headers_[Source] = {"ce_source", source_};
  headers_[ContentType] = {"content-type", "application/json"};
  headers_[Installation] = {"ce_installation", installation_};
}

journal::Append CouponEventWriter::write(const store::CouponRow& row, std::int32_t homes) {
  const Coupon& coupon = row.coupon;
  key_ = std::to_string(coupon.policy.value);
  ticket_.clear();
  tickets_.append({.era = row.era,
                   .policy = coupon.policy,
                   .user = coupon.user,
                   .partition = row.partition,
                   .offset = coupon.offset,
                   .ordinal = coupon.user_ordinal},
                  ticket_);
  time_.clear();
  append_rfc3339(coupon.issued_at, time_);
  subject_ = fmt::format("policies/{}/coupons/{}", key_, coupon.sequence);
  value_ = '{';
  text::append_id("policyId", coupon.policy.value, ids_, value_);
  text::append_id("userId", coupon.user.value, ids_, value_);
  text::append_member("sequence", coupon.sequence, value_);
  text::append_member("issuedAt", std::string_view{time_}, value_);
  text::append_member("ticket", std::string_view{ticket_}, value_);
  value_ += '}';
  headers_[Id] = {"ce_id", ticket_};
  headers_[Time] = {"ce_time", time_};
  headers_[Subject] = {"ce_subject", subject_};
  journal::Append append;
  append.partition = home(coupon.policy, homes);
  append.key = key_;
  append.value = value_;
  append.headers = headers_;
  return append;
}

}  // namespace firstcome::issuer
