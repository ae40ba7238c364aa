#include "journal/record_json.h"

#include <gtest/gtest.h>

namespace firstcome::journal {
namespace {

class RecordJson : public testing::Test {
 protected:
  const Record& decode(std::string_view value, std::vector<Header> headers = {}) {
    decoder_.decode({.offset = 5, .timestamp = from_millis(9), .value = value, .headers = headers}, 1,
                    record_);
    return record_;
  }
  std::string reason(std::string_view value, std::vector<Header> headers = {}) {
    const auto* undecodable = std::get_if<Undecodable>(&decode(value, std::move(headers)).content);
    return undecodable ? undecodable->reason : "decoded";
  }

  RecordDecoder decoder_;
  Record record_;
};

TEST_F(RecordJson, ARequestIsEqualAfterEncodeAndDecode) {
  std::string value;
  encode(IssueRequest{UserId{42}, PolicyId{7}, 99}, from_millis(1795442400123), value);
  EXPECT_EQ(value,
            R"({"userId":42,"policyId":7,"requestedAt":"2026-11-23T14:00:00.123Z","sequenceNumber":99})");
  const auto request = std::get<IssueRequest>(decode(value).content);
  EXPECT_EQ(request.user, UserId{42});
  EXPECT_EQ(request.policy, PolicyId{7});
  EXPECT_EQ(request.sequence_number, 99U);
  EXPECT_EQ(record_.offset, 5);
  EXPECT_EQ(record_.appended_at, from_millis(9));
}

TEST_F(RecordJson, DecodesTheRequestsThatSpringSends) {
  for (const char* value :
       {R"({"userId":42,"policyId":7,"requestedAt":"2026-11-23T14:00:00.123","sequenceNumber":1})",
        R"({"userId":42,"policyId":7,"requestedAt":[2026,11,23,14,0,0,123000000],"sequenceNumber":1})",
        R"( {"sequenceNumber":1, "requestedAt":null, "policyId":7, "userId":42, "extra":{"userId":9}} )",
        R"({"userId":42,"policyId":7})"}) {
    const Record& record = decode(value, {{"__TypeId__", "com.example.CouponIssueMessage"}});
    ASSERT_TRUE(std::holds_alternative<IssueRequest>(record.content)) << value;
    EXPECT_EQ(std::get<IssueRequest>(record.content).user, UserId{42});
    EXPECT_EQ(std::get<IssueRequest>(record.content).policy, PolicyId{7});
  }
}

TEST_F(RecordJson, AnUndecodableRequestHasAReason) {
  EXPECT_EQ(reason(R"({"policyId":7,"sequenceNumber":1})"), "userId is missing");
  EXPECT_EQ(reason(R"({"userId":1,"sequenceNumber":1})"), "policyId is missing");
  EXPECT_EQ(reason(R"({"userId":-1,"policyId":7})"), "userId must be 1 or more");
  EXPECT_EQ(reason(R"({"userId":1,"policyId":0})"), "policyId must be 1 or more");
  EXPECT_EQ(reason(R"({"userId":"1","policyId":7})"), "userId must be an integer of 64 bits");
  EXPECT_EQ(reason(R"({"userId":1.5,"policyId":7})"), "userId must be an integer of 64 bits");
  EXPECT_EQ(reason(R"({"userId":9223372036854775808,"policyId":7})"), "userId must be an integer of 64 bits");
  EXPECT_EQ(reason(R"({"userId":1,"userId":1,"policyId":7})"), "userId is present twice");
  EXPECT_EQ(reason(R"({"userId":1,"user\u0049d":2,"policyId":7})"), "userId is present twice");
  EXPECT_EQ(reason(R"({"userId":1,"policyId":7,"sequenceNumber":"x"})"),
            "sequenceNumber must be an integer of 64 bits");
  EXPECT_EQ(reason("[1,2]"), "The value is not a JSON object.");
  for (const char* value :
       {"", " ", "not json", "{", R"({"userId":1,"policyId":7)", "{\"userId\":1,\"policyId\":7}}",
        "{\"userId\":1,\"policyId\":7,\"x\":\"\xff\"}", "{\"userId\":1,\"policyId\":7,}"}) {
    EXPECT_NE(reason(value), "decoded") << value;
  }
}

TEST_F(RecordJson, ANullValueAndALongOneAreUndecodable) {
  decoder_.decode({.offset = 1, .value = std::nullopt}, 1, record_);
  EXPECT_TRUE(std::holds_alternative<Undecodable>(record_.content));
  const std::string front = R"({"userId":1,"policyId":7,"x":")";
  const std::string fits = front + std::string(kIssueValueLimit - front.size() - 2, 'y') + "\"}";
  EXPECT_EQ(reason(fits), "decoded");
  EXPECT_EQ(reason(fits + ' '), "The value is longer than 16 KiB.");
}

TEST_F(RecordJson, ACommandIsEqualAfterEncodeAndDecode) {
  PolicyCommand command{.kind = PolicyCommand::Kind::Change, .policy = PolicyId{7}};
  command.name = "Noon \"sale\" \\ \n 쿠폰";
  command.max_count = 1000;
  command.issue_starts_at = {.named = true, .value = from_millis(1795442400000)};
  command.issue_ends_at = {.named = true};
  command.revision = 3;
  command.who = "ops";
  command.sequence_number = 12;
  const std::string value = encode(command);
  const auto read = std::get<PolicyCommand>(decode(value, {{"kind", "policy"}}).content);
  EXPECT_EQ(encode(read), value);
  EXPECT_EQ(read.name, command.name);
  EXPECT_TRUE(read.issue_ends_at.named);
  EXPECT_FALSE(read.issue_ends_at.value);
  EXPECT_FALSE(read.valid_from.named);
}

TEST_F(RecordJson, ACommandForAnExistingPolicyNeedsARevision) {
  for (const char* const kind : {"change", "pause", "resume", "close"}) {
    const std::string front = R"({"command":")" + std::string(kind) + R"(","policyId":7)";
    EXPECT_EQ(reason(front + "}", {{"kind", "policy"}}), "revision is missing") << kind;
    EXPECT_EQ(reason(front + R"(,"revision":0})", {{"kind", "policy"}}), "decoded") << kind;
  }
  EXPECT_EQ(reason(R"({"command":"create","policyId":7})", {{"kind", "policy"}}), "decoded");
}

TEST_F(RecordJson, ATimeIsInYear1To9999OfUtc) {
  const auto of = [&](std::string_view field, std::string_view time) {
    const std::string value = std::string(R"({"command":"create","policyId":7,")") + std::string(field) +
                              "\":\"" + std::string(time) + "\"}";
    return reason(value, {{"kind", "policy"}});
  };
  for (const std::string field : {"issueStartsAt", "issueEndsAt", "validFrom", "validUntil"}) {
    EXPECT_EQ(of(field, "9999-12-31T23:59:59.999Z"), "decoded");
    EXPECT_EQ(of(field, "0001-01-01T00:00:00Z"), "decoded");
    for (const char* time :
         {"9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+09:00", "2016-12-31T23:59:60Z"}) {
      EXPECT_EQ(of(field, time),
                field + " must be an RFC 3339 time with an offset, in the years 1 to 9999 of UTC")
          << time;
    }
  }
}

TEST_F(RecordJson, ARequestWithoutAnOrdinalIsForTheFirstCoupon) {
  const auto ordinal = [&](std::string_view value) {
    return std::get<IssueRequest>(decode(value).content).ordinal;
  };
  EXPECT_EQ(ordinal(R"({"userId":1,"policyId":7})"), 1);
  EXPECT_EQ(ordinal(R"({"userId":1,"policyId":7,"ordinal":3})"), 3);
  std::string value;
  encode(IssueRequest{UserId{1}, PolicyId{7}, 5, 3}, from_millis(0), value);
  EXPECT_EQ(ordinal(value), 3);
  EXPECT_EQ(reason(R"({"userId":1,"policyId":7,"ordinal":0})"), "ordinal must be 1 or more");
  EXPECT_EQ(reason(R"({"userId":1,"policyId":7,"ordinal":2147483648})"), "ordinal is out of range");
  EXPECT_EQ(reason(R"({"userId":1,"policyId":7,"ordinal":"2"})"), "ordinal must be an integer of 64 bits");
}

TEST_F(RecordJson, AChunkOfAnImportIsEqualAfterEncodeAndDecode) {
  PolicyCommand command{.kind = PolicyCommand::Kind::Import, .policy = PolicyId{7}};
  command.chunk = {.first = 3,
                   .coupons = {{UserId{42}, from_millis(1795442400123)}, {UserId{INT64_MAX}, from_millis(0)}},
                   .total = {{4, 0x00ab54a98ceb1f0aULL}},
                   .paused = true};
  const std::string value = encode(command);
  EXPECT_EQ(value, R"({"command":"import","policyId":7,"first":3,)"
                   R"("coupons":[[42,1795442400123],[9223372036854775807,0]],"count":4,)"
                   R"("hash":"00ab54a98ceb1f0a","paused":true,"who":"","sequenceNumber":0})");
  const auto read = std::get<PolicyCommand>(decode(value, {{"kind", "policy"}}).content);
  EXPECT_EQ(encode(read), value);
  EXPECT_EQ(read.chunk.coupons, command.chunk.coupons);
  EXPECT_EQ(read.chunk.total, command.chunk.total);

  command.chunk.coupons.clear();
  command.chunk.left_out = 2;
  const std::string kept = encode(command);
  EXPECT_EQ(encode(std::get<PolicyCommand>(decode(kept, {{"kind", "policy"}}).content)), kept);
}

TEST_F(RecordJson, AnUndecodableChunkHasAReason) {
  const auto why = [&](std::string_view fields) {
    const std::string value = R"({"command":"import","policyId":7,"first":1,)" + std::string(fields) + '}';
    return reason(value, {{"kind", "policy"}});
  };
  EXPECT_EQ(why(R"("coupons":7)"), "coupons must be a list");
  EXPECT_EQ(why(R"("coupons":[7])"), "coupons must be pairs of user id and milliseconds");
  EXPECT_EQ(why(R"("coupons":[[7,1,1]])"), "coupons must be pairs of user id and milliseconds");
  EXPECT_EQ(why(R"("coupons":[[0,1]])"), "coupons must be 1 or more");
  EXPECT_EQ(why(R"("coupons":[[1,-1]])"), "coupons must have times in the years 1970 to 9999");
  EXPECT_EQ(why(R"("coupons":[[1,253402300800000]])"), "coupons must have times in the years 1970 to 9999");
  EXPECT_EQ(why(R"("count":1)"), "count and hash must both be present or absent");
  EXPECT_EQ(why(R"("count":1,"hash":"00AB54A98CEB1F0A")"), "hash must be 16 hex digits");
  EXPECT_EQ(why(R"("count":1,"hash":"ab")"), "hash must be 16 hex digits");
  EXPECT_EQ(why(R"("paused":1)"), "paused must be true or false");
  EXPECT_EQ(why(R"("coupons":[],"coupons":[])"), "coupons is present twice");
  std::string list;
  for (int i = 1; i <= 1001; ++i) list += fmt::format("{}[{},1]", i == 1 ? "" : ",", i);
  EXPECT_EQ(why("\"coupons\":[" + list + "]"), "coupons must have at most 1000 entries");
}

TEST_F(RecordJson, TheHeaderKindSelectsTheContent) {
  EXPECT_EQ(std::get<RulesChange>(decode(R"({"version":3})", {{"kind", "rules"}}).content).version, 3);
  EXPECT_EQ(reason(R"({"version":0})", {{"kind", "rules"}}), "version is out of range");
  EXPECT_EQ(reason(R"({"userId":1,"policyId":7})", {{"kind", "party"}}),
            "The kind is unknown to this version.");
  EXPECT_EQ(reason(R"({"command":"explode","policyId":7})", {{"kind", "policy"}}),
            "command is unknown to this version");
  EXPECT_EQ(reason(R"({"command":"pause"})", {{"kind", "policy"}}), "policyId is missing");
  for (const char* field : {"name", "who"}) {
    const std::string value =
        std::string(R"({"command":"change","policyId":7,")") + field + R"(":"a\u0000b"})";
    EXPECT_EQ(reason(value, {{"kind", "policy"}}), std::string(field) + " must not have a NUL character");
  }
}

TEST_F(RecordJson, DecodesTheOrigin) {
  const Record& record = decode(R"({"userId":1,"policyId":7})", {{"origin", encode(Origin{2, 77})}});
  ASSERT_TRUE(record.origin);
  EXPECT_EQ(record.origin->partition, 2);
  EXPECT_EQ(record.origin->offset, 77);
  for (const char* bad : {"", "2", "2:", ":7", "2:7x", "-1:7", "2:-7"}) {
    EXPECT_EQ(reason(R"({"userId":1,"policyId":7})", {{"origin", bad}}), "origin is not partition:offset")
        << bad;
  }
  EXPECT_FALSE(decode(R"({"userId":1,"policyId":7})").origin)
      << "the decoder resets the origin for each record";
}

}  // namespace
}  // namespace firstcome::journal
