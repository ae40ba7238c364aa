#include "journal/record_mac.h"

#include <gtest/gtest.h>

#include "journal/record_json.h"

namespace firstcome::journal {
namespace {

const InstallationKey kKey = *InstallationKey::from_hex(std::string(64, 'a'));
const RecordMac kRecordMac(kKey, 1);
constexpr Partition kPartition = 2;

/// A record that owns its memory.
struct Written {
  std::string value;
  std::vector<Header> headers;
  std::optional<std::string> mac{};
  std::optional<std::string_view> key = "7";
  Offset offset = 5;

  Written& with_mac(const RecordMac& record_mac = kRecordMac, Partition partition = kPartition) {
    mac = record_mac.compute(partition, key, value, headers);
    return *this;
  }
  /// `all` must outlive the result.
  [[nodiscard]] RawRecord raw(std::vector<Header>& all) const {
    all = headers;
    if (mac) all.push_back({kMacHeader, *mac});
    return {.offset = offset, .timestamp = from_millis(9), .key = key, .value = value, .headers = all};
  }
};

Written close() { return {R"({"command":"close","policyId":7,"revision":1})", {{"kind", "policy"}}}; }
Written rules() { return {R"({"version":2147483647})", {{"kind", "rules"}}}; }
Written moved() { return {R"({"userId":1,"policyId":7})", {{"origin", "0:9000000000000000000"}}}; }

bool is_trusted(const Written& written, const RecordTrust& trust = {kRecordMac, {}}) {
  RecordDecoder decoder(trust, kPartition);
  Record record;
  std::vector<Header> headers;
  decoder.decode(written.raw(headers), kNewestRules, record);
  return !std::holds_alternative<Undecodable>(record.content);
}

TEST(RecordMac, ARecordWithoutAMacIsUndecodable) {
  EXPECT_FALSE(is_trusted(rules()));
  EXPECT_FALSE(is_trusted(moved()));
  EXPECT_FALSE(is_trusted(close()));
  for (Written record : {rules(), moved(), close()}) EXPECT_TRUE(is_trusted(record.with_mac()));
}

TEST(RecordMac, DependsOnInstallationKeyEraAndPartition) {
  for (const Written& record : {rules(), moved(), close()}) {
    EXPECT_FALSE(is_trusted(Written(record).with_mac(kRecordMac, kPartition + 1)));
    EXPECT_FALSE(is_trusted(Written(record).with_mac(RecordMac(kKey, 2))));
    EXPECT_FALSE(is_trusted(Written(record).with_mac(RecordMac(InstallationKey{}, 1))));
  }
}

TEST(RecordMac, DependsOnKeyValueAndHeaders) {
  Written other = close().with_mac();
  other.key = "8";
  EXPECT_FALSE(is_trusted(other));
  other.key.reset();
  EXPECT_FALSE(is_trusted(other));
  other = close().with_mac();
  other.value = R"({"command":"close","policyId":8,"revision":1})";
  EXPECT_FALSE(is_trusted(other));
  other = close().with_mac();
  other.headers.push_back({"trace", "1"});
  EXPECT_FALSE(is_trusted(other));
  other = moved().with_mac();
  other.headers[0].value = "0:1";
  EXPECT_FALSE(is_trusted(other));
}

TEST(RecordMac, DependsOnLengths) {
  Written first{"x", {{"ab", "c"}}};
  Written second{"x", {{"a", "bc"}}};
  EXPECT_NE(first.with_mac().mac, second.with_mac().mac);
  Written null{"x", {{"ab", "", true}}};
  Written empty{"x", {{"ab", ""}}};
  EXPECT_NE(null.with_mac().mac, empty.with_mac().mac);
}

TEST(RecordMac, AMalformedMacIsInvalid) {
  for (const std::string mac : {"", "0", "zz", "0123456789abcdef0123456789abcdef"}) {
    Written record = close();
    record.mac = mac;
    EXPECT_FALSE(is_trusted(record)) << mac;
  }
}

TEST(RecordMac, ACopyInTheSamePartitionIsTrustedBecauseTheRevisionMakesItStale) {
  Written copy = close().with_mac();
  copy.offset = 99;
  EXPECT_TRUE(is_trusted(copy));
}

TEST(RecordTrust, RequestsNeedNoMac) {
  EXPECT_TRUE(is_trusted({R"({"userId":1,"policyId":7})", {}}));
  EXPECT_TRUE(is_trusted({R"({"userId":1,"policyId":7})", {{"__TypeId__", "shop.Message"}}}));
  EXPECT_TRUE(is_trusted({R"({"userId":1,"policyId":7})", {}}, RecordTrust::requests_only()));
  EXPECT_FALSE(is_trusted(close().with_mac(), RecordTrust::requests_only()));
  EXPECT_TRUE(is_trusted(close(), RecordTrust::everything()));
}

TEST(RecordTrust, OnlyTheSkippedRulesRecordIsUndecodable) {
  const RecordTrust trust(kRecordMac, {{kPartition, 5}});
  EXPECT_FALSE(is_trusted(rules().with_mac(), trust));
  EXPECT_TRUE(is_trusted(close().with_mac(), trust));
  Written next = rules();
  next.offset = 6;
  EXPECT_TRUE(is_trusted(next.with_mac(), trust));
}

/// Records are stored, so the MAC of a record must never change. docs/decisions/0024 describes it.
TEST(RecordMac, IsTheSameInEveryVersion) {
  EXPECT_EQ(*close().with_mac().mac, "b4186a3b961098b27cdae30c8f2e2acb");
}

}  // namespace
}  // namespace firstcome::journal
