#include "issuer/event_writer.h"

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

store::SavedEvent event_of(store::CouponRow row) { return {row.coupon.policy, {}, row}; }
store::SavedEvent event_of(CouponCommand::Kind kind) {
  const CouponChange change{.policy = PolicyId{7},
                            .sequence = 17,
                            .offset = 4800,
                            .at = from_millis(1'795'442'500'123),
                            .kind = kind,
                            .reference = "order \"1\"",
                            .reason = kind == CouponCommand::Kind::Cancel ? "wrong size" : "",
                            .who = "shop"};
  return {PolicyId{7}, {}, store::CouponChangeRow{{change, 2, 1}, kRow}};
}
store::SavedEvent event_of(std::int64_t revision) {
  return {PolicyId{7},
          {},
          store::StoredChange{{.policy = PolicyId{7},
                               .revision = revision,
                               .offset = 4900,
                               .at = from_millis(1'795'442'600'123),
                               .command = R"({"command":"pause"})"},
                              2,
                              1}};
}
store::SavedEvent event_of(store::Stock stock) {
  return {PolicyId{7},
          {.place = {1, 4711}, .at = from_millis(1'795'442'400'123), .sequence = 17},
          store::StockChange{stock}};
}

std::map<std::string, std::string> headers_of(const journal::Append& append) {
  std::map<std::string, std::string> headers;
  for (const auto& header : append.headers) headers.emplace(header.key, header.value);
  return headers;
}

TEST(AnEvent, OfACouponIsACloudEventInKafkasBinaryMode) {
  EventWriter writer(kKey, {}, "/firstcome/requests");
  const std::string ticket = TicketCodec(kKey).encode(
      {.era = 1, .policy = PolicyId{7}, .user = UserId{42}, .partition = 2, .offset = 4711});
  const journal::Append event = writer.write(event_of(kRow), 3);
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
  EXPECT_EQ(
      event.value,
      R"({"policyId":7,"userId":42,"sequence":17,"ordinal":1,"issuedAt":"2026-11-23T14:00:00.123Z","ticket":")" +
          ticket + "\"}");
}

TEST(AnEvent, HasTheTraceOfItsRecord) {
  constexpr std::string_view kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  EventWriter writer(kKey, {}, "/firstcome/requests");
  store::SavedEvent event = event_of(kRow);
  const std::map<std::string, std::string> without = headers_of(writer.write(event, 3));
  event.trace = TraceContext::parse_shared(kParent, "congo=t61rcWkgMzE");
  std::map<std::string, std::string> expected = without;
  expected["traceparent"] = kParent;
  expected["tracestate"] = "congo=t61rcWkgMzE";
  EXPECT_EQ(headers_of(writer.write(event, 3)), expected);
  expected.erase("tracestate");
  event.trace = TraceContext::parse_shared(kParent, "");
  EXPECT_EQ(headers_of(writer.write(event, 3)), expected);
  event.trace = nullptr;
  EXPECT_EQ(headers_of(writer.write(event, 3)), without);
}

TEST(AnEvent, HasItsIdsAsStringsIfTheNodeIsConfiguredSo) {
  EventWriter writer(kKey, {}, "/firstcome/requests", IdForm::String);
  store::CouponRow row = kRow;
  row.coupon.user = UserId{INT64_MAX};
  const journal::Append event = writer.write(event_of(row), 3);
  EXPECT_EQ(event.key, "7");
  EXPECT_TRUE(event.value->starts_with(
      R"({"policyId":"7","userId":"9223372036854775807","sequence":17,"ordinal":1,)"))
      << *event.value;
  const journal::Append used = writer.write(event_of(CouponCommand::Kind::Use), 3);
  EXPECT_TRUE(used.value->starts_with(R"({"policyId":"7","userId":"42","sequence":17,"ordinal":1,)"))
      << *used.value;
}

TEST(AnEvent, OfAPolicyHasTheIdOfItsCommandAsAStringToo) {
  EventWriter writer(kKey, {}, "/firstcome/requests", IdForm::String);
  store::SavedEvent event = event_of(2);
  auto& row = std::get<store::StoredChange>(event.what);
  row.change.command = R"({"command":"change","policyId":7,"name":",\"policyId\":8","revision":1})";
  const journal::Append changed = writer.write(event, 3);
  EXPECT_TRUE(changed.value->ends_with(
      R"("command":{"command":"change","policyId":"7","name":",\"policyId\":8","revision":1}})"))
      << *changed.value;
}

TEST(AnEvent, OfACouponHasItsOrdinalAndItsCode) {
  Incarnations incarnations;
  incarnations.begin(5, 1, {0, 0, 0});
  EventWriter writer(kKey, incarnations, "/firstcome/requests");
  const std::string code = CouponCodes(kKey).encode("NOON", {PolicyId{7}, 17, UserId{42}, {1, 5}});
  for (store::SavedEvent event : {event_of(kRow), event_of(CouponCommand::Kind::Cancel)}) {
    event.codes = CodeKind::Generated;
    event.code_prefix = "NOON";
    if (auto* row = std::get_if<store::CouponRow>(&event.what)) row->coupon.user_ordinal = 3;
    if (auto* row = std::get_if<store::CouponChangeRow>(&event.what)) row->coupon.coupon.user_ordinal = 3;
    const std::string value(*writer.write(event, 3).value);
    EXPECT_NE(value.find(R"("sequence":17,"ordinal":3,"code":")" + code + R"(",)"), std::string::npos)
        << value;
  }
}

TEST(AnEvent, OfACouponHasItsImportedCode) {
  EventWriter writer(kKey, {}, "/firstcome/requests");
  store::SavedEvent event = event_of(kRow);
  event.codes = CodeKind::Imported;
  event.imported_code = "PARTNER-17";
  const std::string value(*writer.write(event, 3).value);
  EXPECT_NE(value.find(R"("code":"PARTNER-17",)"), std::string::npos) << value;
}

TEST(AnEvent, OfACouponChangeHasItsReferenceAndAnIdMadeFromItsPlace) {
  EventWriter writer(kKey, {}, "/firstcome/requests");
  const journal::Append used = writer.write(event_of(CouponCommand::Kind::Use), 3);
  const std::map<std::string, std::string> expected = {{"ce_specversion", "1.0"},
                                                       {"ce_type", "firstcome.coupon.used.v1"},
                                                       {"ce_source", "/firstcome/requests"},
                                                       {"ce_id", "0-1-2-4800"},
                                                       {"ce_time", "2026-11-23T14:01:40.123Z"},
                                                       {"ce_subject", "policies/7/coupons/17"},
                                                       {"content-type", "application/json"},
                                                       {"ce_installation", kKey.name()}};
  EXPECT_EQ(headers_of(used), expected);
  EXPECT_EQ(used.key, "7");
  EXPECT_EQ(used.value, R"({"policyId":7,"userId":42,"sequence":17,"ordinal":1,"reference":"order \"1\"",)"
                        R"("usedAt":"2026-11-23T14:01:40.123Z","who":"shop"})");
  const journal::Append restored = writer.write(event_of(CouponCommand::Kind::Restore), 3);
  EXPECT_EQ(headers_of(restored).at("ce_type"), "firstcome.coupon.restored.v1");
  EXPECT_NE(restored.value->find(R"("restoredAt":")"), std::string::npos);
  const journal::Append cancelled = writer.write(event_of(CouponCommand::Kind::Cancel), 3);
  EXPECT_EQ(headers_of(cancelled).at("ce_type"), "firstcome.coupon.cancelled.v1");
  EXPECT_EQ(cancelled.value,
            R"({"policyId":7,"userId":42,"sequence":17,"ordinal":1,"reference":"order \"1\"",)"
            R"("cancelledAt":"2026-11-23T14:01:40.123Z","reason":"wrong size","who":"shop"})");
}

TEST(AnEvent, OfAPolicyHasTheCommandThatChangedIt) {
  EventWriter writer(kKey, {}, "/firstcome/requests");
  const journal::Append created = writer.write(event_of(1), 3);
  EXPECT_EQ(headers_of(created).at("ce_type"), "firstcome.policy.created.v1");
  EXPECT_EQ(headers_of(created).at("ce_subject"), "policies/7");
  EXPECT_EQ(headers_of(created).at("ce_id"), "0-1-2-4900");
  EXPECT_EQ(created.value, R"({"policyId":7,"revision":1,"createdAt":"2026-11-23T14:03:20.123Z",)"
                           R"("command":{"command":"pause"}})");
  const journal::Append changed = writer.write(event_of(2), 3);
  EXPECT_EQ(headers_of(changed).at("ce_type"), "firstcome.policy.changed.v1");
  EXPECT_NE(changed.value->find(R"("revision":2,"changedAt":")"), std::string::npos);
}

TEST(AnEvent, OfTheStockIsAsOfThePlaceOfTheMark) {
  EventWriter writer(kKey, {}, "/firstcome/requests");
  const std::string place = "0-1-" + std::to_string(home(PolicyId{7}, 3)) + "-4711";
  const journal::Append sold_out =
      writer.write(event_of(store::Stock{.max_count = 17, .active_count = 17}), 3);
  EXPECT_EQ(headers_of(sold_out).at("ce_type"), "firstcome.policy.soldout.v1");
  EXPECT_EQ(headers_of(sold_out).at("ce_id"), place + "-soldout");
  EXPECT_EQ(headers_of(sold_out).at("ce_time"), "2026-11-23T14:00:00.123Z");
  EXPECT_EQ(sold_out.value, R"({"policyId":7,"maxCount":17,"activeCount":17})");
  const journal::Append reopened =
      writer.write(event_of(store::Stock{.max_count = 17, .active_count = 16}), 3);
  EXPECT_EQ(headers_of(reopened).at("ce_type"), "firstcome.policy.reopened.v1");
  EXPECT_EQ(headers_of(reopened).at("ce_id"), place + "-reopened");
}

TEST(AnEvent, GoesToTheHomeOfItsPolicy) {
  EventWriter writer(kKey, {}, "/firstcome/requests");
  store::CouponRow row = kRow;
  for (std::int64_t policy = 1; policy <= 50; ++policy) {
    row.coupon.policy = PolicyId{policy};
    EXPECT_EQ(writer.write(event_of(row), 12).partition, home(PolicyId{policy}, 12));
  }
}

TEST(AnEvent, DiffersByUserForCouponsOfOneOffset) {
  EventWriter writer(kKey, {}, "/firstcome/requests");
  const std::string first = headers_of(writer.write(event_of(kRow), 3)).at("ce_id");
  store::CouponRow other = kRow;
  other.coupon.user = UserId{43};
  EXPECT_NE(headers_of(writer.write(event_of(other), 3)).at("ce_id"), first);
  EXPECT_EQ(headers_of(writer.write(event_of(kRow), 3)).at("ce_id"), first);
}

}  // namespace
}  // namespace firstcome::issuer
