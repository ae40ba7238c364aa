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

TEST_F(RecordJson, ATraceOfAnyProducerIsReadAndNeverMakesARecordInvalid) {
  constexpr std::string_view kValue = R"({"userId":42,"policyId":7})";
  constexpr std::string_view kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const auto trace_of = [&](std::vector<Header> headers) {
    const Record& record = decode(kValue, std::move(headers));
    EXPECT_TRUE(std::holds_alternative<IssueRequest>(record.content));
    return record.trace;
  };
  const auto trace = trace_of({{"traceparent", kParent}, {"tracestate", "congo=t61rcWkgMzE"}});
  ASSERT_TRUE(trace);
  EXPECT_EQ(trace->traceparent(), kParent);
  EXPECT_EQ(trace->tracestate(), "congo=t61rcWkgMzE");
  EXPECT_FALSE(trace_of({})) << "the memory of a record is reused";
  EXPECT_FALSE(trace_of({{"tracestate", "congo=t61rcWkgMzE"}}));
  EXPECT_FALSE(trace_of({{"traceparent", "garbage"}, {"tracestate", "congo=t61rcWkgMzE"}}));
  EXPECT_FALSE(trace_of({{"traceparent", "", true}}));
  EXPECT_FALSE(trace_of({{"Traceparent", kParent}})) << "names of Kafka's headers have a case";
  EXPECT_EQ(trace_of({{"traceparent", kParent}, {"tracestate", "\x01"}})->tracestate(), "");
  // As of every header, the last one counts.
  EXPECT_FALSE(trace_of({{"traceparent", kParent}, {"traceparent", "garbage"}}));
  EXPECT_TRUE(trace_of({{"traceparent", "garbage"}, {"traceparent", kParent}}));
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
       {"", " ", "not json", "{", "\xef\xbb\xbf{\"userId\":1,\"policyId\":7}", R"({"userId":1,"policyId":7)",
        "{\"userId\":1,\"policyId\":7}}", "{\"userId\":1,\"policyId\":7,\"x\":\"\xff\"}",
        "{\"userId\":1,\"policyId\":7,}"}) {
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

TEST_F(RecordJson, TheTermsOfACouponsLifeAreEqualAfterEncodeAndDecode) {
  PolicyCommand command{.kind = PolicyCommand::Kind::Create, .policy = PolicyId{7}};
  command.valid_for = {.named = true, .value = milliseconds{86'400'000}};
  command.on_cancel = OnCancel::Keep;
  command.reissue = true;
  command.codes = CodeKind::Generated;
  command.code_prefix = "NOON";
  command.create_key = "4f \"1c";
  const std::string value = encode(command);
  EXPECT_EQ(value,
            R"({"command":"create","policyId":7,"validForMs":86400000,"onCancel":"KEEP","reissue":true,)"
            R"("codes":"GENERATED","codePrefix":"NOON","createKey":"4f \"1c","who":"","sequenceNumber":0})");
  EXPECT_EQ(encode(std::get<PolicyCommand>(decode(value, {{"kind", "policy"}}).content)), value);

  PolicyCommand change{.kind = PolicyCommand::Kind::Change, .policy = PolicyId{7}, .revision = 1};
  change.valid_for = {.named = true};
  change.on_cancel = OnCancel::Return;
  change.reissue = false;
  const std::string changed = encode(change);
  const auto read = std::get<PolicyCommand>(decode(changed, {{"kind", "policy"}}).content);
  EXPECT_EQ(encode(read), changed);
  EXPECT_TRUE(read.valid_for.named);
  EXPECT_FALSE(read.valid_for.value);
}

TEST_F(RecordJson, UndecodableTermsOfACouponsLifeHaveAReason) {
  const auto why = [&](std::string_view fields, std::string_view command = "create") {
    return reason(fmt::format(R"({{"command":"{}","policyId":7,"revision":1,{}}})", command, fields),
                  {{"kind", "policy"}});
  };
  EXPECT_EQ(why(R"("validForMs":"P1D")"), "validForMs must be an integer of 64 bits");
  EXPECT_EQ(why(R"("onCancel":"return")"), "onCancel is unknown to this version");
  EXPECT_EQ(why(R"("onCancel":null)"), "onCancel must be a string");
  EXPECT_EQ(why(R"("reissue":1)"), "reissue must be true or false");
  EXPECT_EQ(why(R"("codes":"imported")"), "codes is unknown to this version");
  EXPECT_EQ(why(R"("codePrefix":7)"), "codePrefix must be a string");
  const std::string key(kCreateKeyLimit, 'k');
  EXPECT_EQ(why("\"createKey\":\"" + key + '"'), "decoded");
  EXPECT_EQ(why("\"createKey\":\"" + key + '"', "change"), "createKey is only for create");
  for (const std::string& bad : {std::string(), key + 'k', std::string("\\n"), std::string("é")}) {
    EXPECT_EQ(why("\"createKey\":\"" + bad + '"'), "createKey must be 1 to 128 printable ASCII characters");
  }
}

TEST_F(RecordJson, AChunkOfCodesIsEqualAfterEncodeAndDecode) {
  PolicyCommand command{.kind = PolicyCommand::Kind::Codes, .policy = PolicyId{7}, .who = "shop"};
  command.coupon_codes = {1001, {"A-1", R"(~"\/)"}};
  const std::string value = encode(command);
  EXPECT_EQ(value, R"({"command":"codes","policyId":7,"first":1001,"couponCodes":["A-1","~\"\\/"],)"
                   R"("who":"shop","sequenceNumber":0})");
  const auto read = std::get<PolicyCommand>(decode(value, {{"kind", "policy"}}).content);
  EXPECT_EQ(encode(read), value);
  EXPECT_EQ(read.coupon_codes.codes, command.coupon_codes.codes);

  const auto why = [&](const std::string& codes) {
    return reason(R"({"command":"codes","policyId":7,"first":1,"couponCodes":)" + codes + "}",
                  {{"kind", "policy"}});
  };
  const std::string rule = "couponCodes must have 1 to 64 visible ASCII characters each";
  EXPECT_EQ(why("[\"" + std::string(64, 'x') + "\"]"), "decoded");
  EXPECT_EQ(why("[\"" + std::string(65, 'x') + "\"]"), rule);
  for (const char* code : {"", "a b", "\\n", "é", "\\u007f"}) {
    EXPECT_EQ(why(std::string("[\"") + code + "\"]"), rule) << code;
  }
  EXPECT_EQ(why("[7]"), "couponCodes must be a string");
  EXPECT_EQ(why("7"), "couponCodes must be a list");
  std::string most = "\"x\"";
  for (int i = 1; i < 1'000; ++i) most += ",\"x\"";
  EXPECT_EQ(why('[' + most + ']'), "decoded");
  EXPECT_EQ(why('[' + most + ",\"x\"]"), "couponCodes must have at most 1000 entries");
}

TEST_F(RecordJson, ACommandOfACouponIsEqualAfterEncodeAndDecode) {
  using enum CouponCommand::Kind;
  for (const CouponCommand::Kind kind : kCouponCommandKinds) {
    CouponCommand command{
        .kind = kind, .policy = PolicyId{7}, .sequence = 12, .reference = "order-17 \"쿠폰\""};
    if (kind == Reserve) command.hold_for = milliseconds{600'000};
    if (kind == Cancel) command.user = UserId{42};
    if (kind == Cancel) command.reason = "changed \\ my mind";
    command.who = "shop";
    command.sequence_number = 99;
    const std::string value = encode(command);
    const auto read = std::get<CouponCommand>(decode(value, {{"kind", "coupon"}}).content);
    EXPECT_EQ(encode(read), value);
    EXPECT_EQ(read.kind, kind);
    EXPECT_EQ(read.policy, command.policy);
    EXPECT_EQ(read.sequence, command.sequence);
    EXPECT_EQ(read.reference, command.reference);
    EXPECT_EQ(read.user, command.user);
    EXPECT_EQ(read.hold_for, command.hold_for);
    EXPECT_EQ(read.reason, command.reason);
    EXPECT_EQ(read.who, command.who);
    EXPECT_EQ(read.sequence_number, command.sequence_number);
  }
  EXPECT_EQ(encode(CouponCommand{.kind = Reserve,
                                 .policy = PolicyId{7},
                                 .sequence = 12,
                                 .reference = "order-17",
                                 .hold_for = milliseconds{1'000}}),
            R"({"command":"reserve","policyId":7,"sequence":12,"reference":"order-17","holdForMs":1000,)"
            R"("who":"","sequenceNumber":0})");
}

TEST_F(RecordJson, AnUndecodableCommandOfACouponHasAReason) {
  const auto whole = [&](std::string_view value) { return reason(value, {{"kind", "coupon"}}); };
  const auto why = [&](std::string_view command, std::string_view fields) {
    return whole(fmt::format(R"({{"command":"{}","policyId":7,{}}})", command, fields));
  };
  const std::string rest = R"("sequence":1,"reference":"a")";
  EXPECT_EQ(why("use", rest), "decoded");
  EXPECT_EQ(why("create", rest), "command is unknown to this version");
  EXPECT_EQ(why("Use", rest), "command is unknown to this version");
  EXPECT_EQ(whole("{\"policyId\":7," + rest + '}'), "command is missing");
  EXPECT_EQ(whole("{\"command\":\"use\"," + rest + '}'), "policyId is missing");
  EXPECT_EQ(why("use", R"("reference":"a")"), "sequence is missing");
  EXPECT_EQ(why("use", R"("sequence":0,"reference":"a")"), "sequence must be 1 or more");
  EXPECT_EQ(why("use", R"("sequence":1000000000,"reference":"a")"), "decoded");
  EXPECT_EQ(why("use", R"("sequence":1000000001,"reference":"a")"), "sequence is out of range");
  EXPECT_EQ(why("use", R"("sequence":1)"), "reference is missing");
  const std::string wrong = "reference must be 1 to 64 bytes without control characters";
  EXPECT_EQ(why("use", R"("sequence":1,"reference":")" + std::string(64, 'x') + '"'), "decoded");
  EXPECT_EQ(why("use", R"("sequence":1,"reference":")" + std::string(65, 'x') + '"'), wrong);
  EXPECT_EQ(why("use", R"("sequence":1,"reference":"")"), wrong);
  EXPECT_EQ(why("use", R"("sequence":1,"reference":"a\n")"), wrong);
  EXPECT_EQ(why("use", R"("sequence":1,"reference":7)"), "reference must be a string");
  EXPECT_EQ(why("use", rest + R"(,"reference":"a")"), "reference is present twice");
  EXPECT_EQ(why("use", rest + R"(,"userId":0)"), "userId must be 1 or more");
  EXPECT_EQ(why("use", rest + R"(,"userId":null)"), "userId must be an integer of 64 bits");
  EXPECT_EQ(why("reserve", rest), "holdForMs is missing");
  EXPECT_EQ(why("use", rest + R"(,"holdForMs":1000)"), "holdForMs is only for reserve");
  EXPECT_EQ(why("reserve", rest + R"(,"holdForMs":1000)"), "decoded");
  EXPECT_EQ(why("reserve", rest + R"(,"holdForMs":604800000)"), "decoded");
  for (const char* bad : {"999", "604800001", "-1", "9223372036854775807"}) {
    EXPECT_EQ(why("reserve", rest + R"(,"holdForMs":)" + bad), "holdForMs must be 1 second to 7 days") << bad;
  }
  EXPECT_EQ(why("use", rest + R"(,"reason":"a")"), "reason is only for cancel");
  EXPECT_EQ(why("cancel", rest + R"(,"reason":")" + std::string(200, 'x') + '"'), "decoded");
  EXPECT_EQ(why("cancel", rest + R"(,"reason":")" + std::string(201, 'x') + '"'),
            "reason must be at most 200 bytes without control characters");
  EXPECT_EQ(why("use", rest + R"(,"x":")" + std::string(kIssueValueLimit, 'x') + '"'),
            "The value is longer than 16 KiB.");
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
