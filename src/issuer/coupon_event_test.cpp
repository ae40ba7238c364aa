#include "issuer/coupon_event.h"

#include <gtest/gtest.h>

#include <map>

#include "domain/home.h"

namespace firstcome::issuer {
namespace {

const InstallationKey kKey;
const store::CouponRow kRow{.coupon = {.policy = PolicyId{7},
                                       .sequence = 17,
                                       .user = UserId{42},
                                       .issued_at = from_millis(1'795'442'400'123),
                                       .offset = 4711},
                            .partition = 2,
                            .era = 1};

std::map<std::string, std::string> headers_of(const journal::Append& append) {
  std::map<std::string, std::string> headers;
  for (const auto& header : append.headers) headers.emplace(header.key, header.value);
  return headers;
}

TEST(CouponEvent, IsACloudEventInKafkasBinaryMode) {
  CouponEventWriter writer(kKey, {}, "/firstcome/requests");
  const std::string ticket = TicketCodec(kKey).encode(
      {.era = 1, .policy = PolicyId{7}, .user = UserId{42}, .partition = 2, .offset = 4711});
  const journal::Append event = writer.write(kRow, 3);
  const std::map<std::string, std::string> expected = {{"ce_specversion", "1.0"},
                                                       {"ce_type", "firstcome.coupon.issued.v1"},
                                                       {"ce_source", "/firstcome/requests"},
                                                       {"ce_id", ticket},
                                                       {"ce_time", "2026-11-23T14:00:00.123Z"},
                                                       {"ce_subject", "policies/7/coupons/17"},
                                                       {"content-type", "application/json"},
                                                       {"ce_installation", kKey.name()}};
  EXPECT_EQ(headers_of(event), expected);
  EXPECT_EQ(event.key, "7");
  EXPECT_EQ(event.value,
            R"({"policyId":7,"userId":42,"sequence":17,"issuedAt":"2026-11-23T14:00:00.123Z","ticket":")" +
                ticket + "\"}");
}

TEST(CouponEvent, HasItsIdsAsStringsIfTheNodeIsConfiguredSo) {
  CouponEventWriter writer(kKey, {}, "/firstcome/requests", IdForm::String);
  store::CouponRow row = kRow;
  row.coupon.user = UserId{INT64_MAX};
  const journal::Append event = writer.write(row, 3);
  EXPECT_EQ(event.key, "7");
  EXPECT_TRUE(event.value->starts_with(R"({"policyId":"7","userId":"9223372036854775807","sequence":17,)"))
      << *event.value;
}

TEST(CouponEvent, GoesToTheHomeOfItsPolicy) {
  CouponEventWriter writer(kKey, {}, "/firstcome/requests");
  store::CouponRow row = kRow;
  for (std::int64_t policy = 1; policy <= 50; ++policy) {
    row.coupon.policy = PolicyId{policy};
    EXPECT_EQ(writer.write(row, 12).partition, home(PolicyId{policy}, 12));
  }
}

TEST(CouponEvent, DiffersByUserForCouponsOfOneOffset) {
  CouponEventWriter writer(kKey, {}, "/firstcome/requests");
  const std::string first = headers_of(writer.write(kRow, 3)).at("ce_id");
  store::CouponRow other = kRow;
  other.coupon.user = UserId{43};
  EXPECT_NE(headers_of(writer.write(other, 3)).at("ce_id"), first);
  EXPECT_EQ(headers_of(writer.write(kRow, 3)).at("ce_id"), first);
}

}  // namespace
}  // namespace firstcome::issuer
