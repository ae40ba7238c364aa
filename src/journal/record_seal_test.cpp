#include "journal/record_seal.h"

#include <gtest/gtest.h>

#include "journal/record_json.h"

namespace firstcome::journal {
namespace {

const InstallationKey kKey = *InstallationKey::from_hex(std::string(64, 'a'));
const RecordSeal kSeal(kKey, 1);
constexpr Partition kPartition = 2;

/// A record with its own memory.
struct Written {
  std::string value;
  std::vector<Header> headers;
  std::optional<std::string> mac{};
  std::optional<std::string_view> key = "7";
  Offset offset = 5;

  Written& sealed(const RecordSeal& seal = kSeal, Partition partition = kPartition) {
    mac = seal.mac(partition, key, value, headers);
    return *this;
  }
  /// Its views live as long as `all`.
  [[nodiscard]] RawRecord raw(std::vector<Header>& all) const {
    all = headers;
    if (mac) all.push_back({kMacHeader, *mac});
    return {.offset = offset, .timestamp = from_millis(9), .key = key, .value = value, .headers = all};
  }
};

Written close() { return {R"({"command":"close","policyId":7,"revision":1})", {{"kind", "policy"}}}; }
Written rules() { return {R"({"version":2147483647})", {{"kind", "rules"}}}; }
Written moved() { return {R"({"userId":1,"policyId":7})", {{"origin", "0:9000000000000000000"}}}; }

bool is_believed(const Written& written, const RecordTrust& trust = {kSeal, {}}) {
  RecordDecoder decoder(trust, kPartition);
  Record record;
  std::vector<Header> headers;
  decoder.decode(written.raw(headers), kNewestRules, record);
  return !std::holds_alternative<Undecodable>(record.content);
}

TEST(RecordSeal, WhatAStrangerWritesIsUndecodable) {
  EXPECT_FALSE(is_believed(rules()));
  EXPECT_FALSE(is_believed(moved()));
  EXPECT_FALSE(is_believed(close()));
  for (Written record : {rules(), moved(), close()}) EXPECT_TRUE(is_believed(record.sealed()));
}

TEST(RecordSeal, AMacIsOfOneKeyEraAndPartition) {
  for (const Written& record : {rules(), moved(), close()}) {
    EXPECT_FALSE(is_believed(Written(record).sealed(kSeal, kPartition + 1)));
    EXPECT_FALSE(is_believed(Written(record).sealed(RecordSeal(kKey, 2))));
    EXPECT_FALSE(is_believed(Written(record).sealed(RecordSeal(InstallationKey{}, 1))));
  }
}

TEST(RecordSeal, AMacIsOfKeyValueAndHeaders) {
  Written other = close().sealed();
  other.key = "8";
  EXPECT_FALSE(is_believed(other));
  other.key.reset();
  EXPECT_FALSE(is_believed(other));
  other = close().sealed();
  other.value = R"({"command":"close","policyId":8,"revision":1})";
  EXPECT_FALSE(is_believed(other));
  other = close().sealed();
  other.headers.push_back({"trace", "1"});
  EXPECT_FALSE(is_believed(other));
  other = moved().sealed();
  other.headers[0].value = "0:1";
  EXPECT_FALSE(is_believed(other));
}

TEST(RecordSeal, LengthsAreSealedToo) {
  Written first{"x", {{"ab", "c"}}};
  Written second{"x", {{"a", "bc"}}};
  EXPECT_NE(first.sealed().mac, second.sealed().mac);
  Written null{"x", {{"ab", "", true}}};
  Written empty{"x", {{"ab", ""}}};
  EXPECT_NE(null.sealed().mac, empty.sealed().mac);
}

TEST(RecordSeal, AMacOfAnotherFormIsNone) {
  for (const std::string mac : {"", "0", "zz", "0123456789abcdef0123456789abcdef"}) {
    Written record = close();
    record.mac = mac;
    EXPECT_FALSE(is_believed(record)) << mac;
  }
}

TEST(RecordSeal, ACopyInTheSamePartitionIsBelievedAndLeftToTheRevision) {
  Written copy = close().sealed();
  copy.offset = 99;
  EXPECT_TRUE(is_believed(copy));
}

TEST(RecordTrust, PlainRequestsOfAnyProgramNeedNoMac) {
  EXPECT_TRUE(is_believed({R"({"userId":1,"policyId":7})", {}}));
  EXPECT_TRUE(is_believed({R"({"userId":1,"policyId":7})", {{"__TypeId__", "shop.Message"}}}));
  EXPECT_TRUE(is_believed({R"({"userId":1,"policyId":7})", {}}, RecordTrust::requests_only()));
  EXPECT_FALSE(is_believed(close().sealed(), RecordTrust::requests_only()));
  EXPECT_TRUE(is_believed(close(), RecordTrust::everything()));
}

TEST(RecordTrust, ASkippedRulesRecordIsUndecodableAndNothingElseIs) {
  const RecordTrust trust(kSeal, {{kPartition, 5}});
  EXPECT_FALSE(is_believed(rules().sealed(), trust));
  EXPECT_TRUE(is_believed(close().sealed(), trust));
  Written next = rules();
  next.offset = 6;
  EXPECT_TRUE(is_believed(next.sealed(), trust));
}

/// Records are stored: what the MAC of one is may never change. docs/decisions/0024 has the form.
TEST(RecordSeal, TheMacIsWhatItAlwaysWas) {
  EXPECT_EQ(*close().sealed().mac, "b4186a3b961098b27cdae30c8f2e2acb");
}

}  // namespace
}  // namespace firstcome::journal
