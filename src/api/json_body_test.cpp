#include "api/json_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firstcome::api {
namespace {

using testing::HasSubstr;

class IssueBody : public testing::Test {
 protected:
  std::optional<UserId> read(std::string body) {
    const auto requested = reader_.issue(body);
    return requested ? std::optional(requested->user) : std::nullopt;
  }
  std::optional<std::int32_t> ordinal(std::string body) {
    const auto requested = reader_.issue(body);
    return requested ? std::optional(requested->ordinal) : std::nullopt;
  }
  /// Expects this error for the body.
  void refused(const std::string& body, Problem problem, const std::string& words) {
    SCOPED_TRACE(body);
    EXPECT_EQ(read(body), std::nullopt);
    EXPECT_EQ(reader_.error().problem, problem);
    EXPECT_THAT(reader_.error().detail, HasSubstr(words));
  }
  BodyReader reader_;
};

TEST_F(IssueBody, AcceptsNumbersAndDecimalStrings) {
  EXPECT_EQ(read(R"({"userId":42})"), UserId{42});
  EXPECT_EQ(read(R"({"userId":"42"})"), UserId{42});
  EXPECT_EQ(read(R"( { "userId" : 42 } )"), UserId{42});
  EXPECT_EQ(read(R"({"userId":9223372036854775807})"), UserId{9223372036854775807});
  EXPECT_EQ(read(R"({"userId":"9223372036854775807"})"), UserId{9223372036854775807});
  EXPECT_EQ(read(R"({"user\u0049d":7})"), UserId{7});
}

TEST_F(IssueBody, MayNameTheOrdinalOfTheCoupon) {
  EXPECT_EQ(ordinal(R"({"userId":42})"), 1);
  EXPECT_EQ(ordinal(R"({"userId":42,"ordinal":1})"), 1);
  EXPECT_EQ(ordinal(R"({"ordinal":10000,"userId":42})"), 10'000);
  for (const char* value : {"0", "-1", "10001", "1.5", "\"2\"", "null", "9223372036854775808", "[2]"}) {
    refused(std::string(R"({"userId":42,"ordinal":)") + value + "}", Problem::Invalid,
            "ordinal must be a whole number from 1 to 10000");
    refused(std::string(R"({"ordinal":)") + value + R"(,"userId":42})", Problem::Invalid,
            "ordinal must be a whole number from 1 to 10000");
  }
  refused(R"({"userId":42,"ordinal":1,"ordinal":1})", Problem::Invalid, "ordinal appears twice");
  refused(R"({"userId":42,"ordinal":0)", Problem::BadRequest, "not JSON");
  refused(R"({"ordinal":2})", Problem::Invalid, "userId is missing");
}

TEST_F(IssueBody, IgnoresUnknownFieldsOfAnyType) {
  EXPECT_EQ(read(R"({"a":1,"userId":42,"b":{"userId":1},"c":[{"userId":2}],"d":null,"e":"}"})"), UserId{42});
}

TEST_F(IssueBody, RefusesBodiesThatAreNotJson) {
  for (const char* body :
       {"", " ", "nope", "{", "\xef\xbb\xbf{\"userId\":42}", R"({"userId":42)", R"({"userId":42}})",
        R"({"userId":42}x)", R"({"userId":42,})", R"({"userId":042})", R"({"userId":42a})",
        R"({"userId":42,"x":tru})", R"({userId:42})", "{\"userId\":42,\"x\":\"\xff\"}"}) {
    refused(body, Problem::BadRequest, "not JSON");
  }
}

TEST_F(IssueBody, RefusesJsonThatIsNotAnObject) {
  for (const char* body : {"[]", "12", R"("userId")", "null", "true", R"([{"userId":42}])"}) {
    refused(body, Problem::Invalid, "must be a JSON object");
  }
}

TEST_F(IssueBody, HasAnErrorForAnInvalidUserId) {
  for (const char* value : {"0", "-1", "1.5", "42.0", "1e3", "9223372036854775808", "\"\"", "\"042\"",
                            "\"4 2\"", "\"+42\"", "null", "true", "[]", "{}", "\"x\""}) {
    refused(std::string(R"({"userId":)") + value + "}", Problem::Invalid, "userId must be a whole number");
    ASSERT_EQ(reader_.error().fields.size(), 1U);
    EXPECT_EQ(reader_.error().fields[0].field, "userId");
  }
  refused("{}", Problem::Invalid, "userId is missing");
  refused(R"({"userid":42})", Problem::Invalid, "userId is missing");
}

TEST_F(IssueBody, RefusesADuplicateKeyEvenWithTheSameValue) {
  refused(R"({"userId":42,"userId":42})", Problem::Invalid, "appears twice");
  refused(R"({"userId":1,"x":2,"userId":42})", Problem::Invalid, "appears twice");
}

TEST_F(IssueBody, ReadsAValidBodyAfterAnInvalidOne) {
  refused("{", Problem::BadRequest, "not JSON");
  EXPECT_EQ(read(R"({"userId":42})"), UserId{42});
}

class PolicyBody : public testing::Test {
 protected:
  std::vector<std::string> wrong_fields() {
    std::vector<std::string> names;
    for (const FieldError& error : reader_.error().fields) names.push_back(error.field);
    return names;
  }
  BodyReader reader_;
};

TEST_F(PolicyBody, CreateReadsEveryField) {
  const auto command = reader_.create(
      R"({"id":"7","name":"가을","maxCount":1000,"perUserLimit":1,"issueStartsAt":"2026-11-23T23:00:00+09:00",)"
      R"("issueEndsAt":"2026-11-23T15:00:00Z","validFrom":null,"validUntil":"2027-01-01T00:00:00Z","other":1})");
  ASSERT_TRUE(command);
  EXPECT_EQ(command->kind, PolicyCommand::Kind::Create);
  EXPECT_EQ(command->policy, PolicyId{7});
  EXPECT_EQ(command->name, "가을");
  EXPECT_EQ(command->max_count, 1000);
  EXPECT_EQ(command->per_user_limit, 1);
  EXPECT_EQ(command->issue_starts_at.value, parse_rfc3339("2026-11-23T14:00:00Z"));
  EXPECT_EQ(command->issue_ends_at.value, parse_rfc3339("2026-11-23T15:00:00Z"));
  EXPECT_TRUE(command->valid_from.named);
  EXPECT_FALSE(command->valid_from.value);
}

TEST_F(PolicyBody, ReadsTheTermsOfACouponsLife) {
  const auto create = reader_.create(
      R"({"name":"a","maxCount":1,"perUserLimit":1000,"validFor":"P2W","onCancel":"KEEP","reissue":true,)"
      R"("codes":"GENERATED","codePrefix":"NOON"})");
  ASSERT_TRUE(create);
  EXPECT_EQ(create->per_user_limit, 1000);
  EXPECT_EQ(create->valid_for.value, milliseconds{1'209'600'000});
  EXPECT_EQ(create->on_cancel, OnCancel::Keep);
  EXPECT_EQ(create->reissue, true);
  EXPECT_EQ(create->codes, CodeKind::Generated);
  EXPECT_EQ(create->code_prefix, "NOON");
  const auto change = reader_.change(R"({"validFor":null})");
  ASSERT_TRUE(change);
  EXPECT_TRUE(change->valid_for.named);
  EXPECT_FALSE(change->valid_for.value);
  EXPECT_FALSE(change->on_cancel);
  EXPECT_FALSE(change->reissue);
  EXPECT_TRUE(reader_.change(R"({"reissue":false})"));
  EXPECT_TRUE(reader_.change(R"({"onCancel":"RETURN"})"));
  EXPECT_FALSE(reader_.create(
      R"({"name":"a","maxCount":1,"validFor":"P1M","onCancel":"return","reissue":1,"codes":"imported","codePrefix":7})"));
  EXPECT_THAT(wrong_fields(),
              testing::UnorderedElementsAre("validFor", "onCancel", "reissue", "codes", "codePrefix"));
}

TEST_F(PolicyBody, ReadsWhoCanGetACoupon) {
  EXPECT_EQ(reader_.create(R"({"name":"a","maxCount":1})")->eligible, std::nullopt);
  EXPECT_EQ(reader_.create(R"({"name":"a","maxCount":1,"eligible":"LISTED"})")->eligible, Eligible::Listed);
  EXPECT_EQ(reader_.create(R"({"name":"a","maxCount":1,"eligible":"EVERYONE"})")->eligible,
            Eligible::Everyone);
  EXPECT_FALSE(reader_.create(R"({"name":"a","maxCount":1,"eligible":"listed"})"));
  EXPECT_THAT(wrong_fields(), testing::ElementsAre("eligible"));
  EXPECT_TRUE(reader_.change(R"({"eligible":"LISTED"})")) << "the decider says why it cannot be changed";
}

TEST_F(PolicyBody, ReadsAChunkOfAList) {
  const auto command = reader_.list_chunk(R"({"first":1001,"users":[42,"9223372036854775807"]})");
  ASSERT_TRUE(command);
  EXPECT_EQ(command->kind, PolicyCommand::Kind::List);
  EXPECT_EQ(command->listed.first, 1001);
  EXPECT_EQ(command->listed.users, (std::vector{UserId{42}, UserId{INT64_MAX}}));
  for (const char* users : {"[]", "42", "[0]", "[1.5]", "[null]", R"(["x"])", "[[1]]"}) {
    EXPECT_FALSE(reader_.list_chunk(std::string(R"({"first":1,"users":)") + users + "}")) << users;
    EXPECT_THAT(wrong_fields(), testing::ElementsAre("users")) << users;
  }
  EXPECT_FALSE(reader_.list_chunk(R"({"first":0})"));
  EXPECT_THAT(wrong_fields(), testing::ElementsAre("first", "users"));
  std::string most = "1";
  for (int i = 1; i < 1'000; ++i) most += ",1";
  EXPECT_TRUE(reader_.list_chunk(R"({"first":1,"users":[)" + most + "]}"));
  EXPECT_FALSE(reader_.list_chunk(R"({"first":1,"users":[)" + most + ",1]}"));
}

TEST_F(PolicyBody, ReadsAChunkOfCodes) {
  const auto command = reader_.code_chunk(R"({"first":1001,"codes":["A-1","b\"2"]})");
  ASSERT_TRUE(command);
  EXPECT_EQ(command->kind, PolicyCommand::Kind::Codes);
  EXPECT_EQ(command->coupon_codes.first, 1001);
  EXPECT_EQ(command->coupon_codes.codes, (std::vector<std::string>{"A-1", "b\"2"}));
  for (const char* codes : {"[]", "\"A\"", "[0]", R"(["a b"])", R"([""])", "[null]"}) {
    EXPECT_FALSE(reader_.code_chunk(std::string(R"({"first":1,"codes":)") + codes + "}")) << codes;
    EXPECT_THAT(wrong_fields(), testing::ElementsAre("codes")) << codes;
  }
  EXPECT_FALSE(reader_.code_chunk(R"({"first":0})"));
  EXPECT_THAT(wrong_fields(), testing::ElementsAre("first", "codes"));
}

TEST_F(PolicyBody, APolicyWithImportedCodesCanBeginWithMaxCount0) {
  EXPECT_EQ(reader_.create(R"({"name":"a","maxCount":0,"codes":"IMPORTED"})")->max_count, 0);
  EXPECT_EQ(reader_.create(R"({"name":"a","maxCount":0,"codes":"IMPORTED"})")->codes, CodeKind::Imported);
  EXPECT_FALSE(reader_.create(R"({"name":"a","maxCount":0})"));
  EXPECT_THAT(wrong_fields(), testing::ElementsAre("maxCount"));
}

TEST_F(PolicyBody, CreateWithoutAnIdHasTheId0) {
  const auto command = reader_.create(R"({"name":"a","maxCount":1})");
  ASSERT_TRUE(command);
  EXPECT_FALSE(command->policy.valid());
}

TEST_F(PolicyBody, ListsEveryInvalidField) {
  EXPECT_FALSE(reader_.create(
      R"({"id":0,"maxCount":0,"perUserLimit":1001,"issueStartsAt":"tomorrow","validFrom":"2026-01-02T00:00:00Z",)"
      R"("validUntil":"2026-01-01T00:00:00Z"})"));
  EXPECT_EQ(reader_.error().problem, Problem::Invalid);
  EXPECT_THAT(wrong_fields(), testing::UnorderedElementsAre("id", "name", "maxCount", "perUserLimit",
                                                            "issueStartsAt", "validUntil"));
}

TEST_F(PolicyBody, RefusesATimeThatIsNotInYear1To9999OfUtc) {
  for (const char* field : {"issueStartsAt", "issueEndsAt", "validFrom", "validUntil"}) {
    for (const char* time :
         {"9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+09:00", "2016-12-31T23:59:60Z"}) {
      const std::string body = std::string("{\"") + field + "\":\"" + time + "\"}";
      EXPECT_FALSE(reader_.change(body)) << body;
      EXPECT_THAT(wrong_fields(), testing::ElementsAre(field));
      EXPECT_THAT(reader_.error().detail, HasSubstr("in the years 1 to 9999 of UTC"));
    }
  }
}

TEST_F(PolicyBody, RefusesADuplicateKey) {
  EXPECT_FALSE(reader_.create(R"({"name":"a","maxCount":1,"maxCount":2})"));
  EXPECT_THAT(wrong_fields(), testing::ElementsAre("maxCount"));
}

TEST_F(PolicyBody, RefusesEmptyAndTooLongNames) {
  for (const std::string& name : {std::string{}, std::string(201, 'a')}) {
    EXPECT_FALSE(reader_.create(R"({"maxCount":1,"name":")" + name + "\"}"));
    EXPECT_THAT(wrong_fields(), testing::ElementsAre("name"));
  }
  EXPECT_TRUE(reader_.create(R"({"maxCount":1,"name":")" + std::string(200, 'a') + "\"}"));
}

TEST_F(PolicyBody, ChangeHasOnlyTheFieldsToChange) {
  const auto command = reader_.change(R"({"maxCount":5,"issueEndsAt":null})");
  ASSERT_TRUE(command);
  EXPECT_EQ(command->kind, PolicyCommand::Kind::Change);
  EXPECT_EQ(command->max_count, 5);
  EXPECT_FALSE(command->name);
  EXPECT_FALSE(command->issue_starts_at.named);
  EXPECT_TRUE(command->issue_ends_at.named);
}

TEST_F(PolicyBody, ChangeNeedsAField) {
  EXPECT_FALSE(reader_.change(R"({"remaining":5})"));
  EXPECT_EQ(reader_.error().problem, Problem::Invalid);
}

TEST_F(PolicyBody, RefusesJsonThatIsNotAnObject) {
  EXPECT_FALSE(reader_.create("{"));
  EXPECT_EQ(reader_.error().problem, Problem::BadRequest);
  EXPECT_FALSE(reader_.create("[]"));
  EXPECT_EQ(reader_.error().problem, Problem::Invalid);
}

TEST(ChunkBody, IsReadWithItsTotal) {
  BodyReader reader;
  const auto command = reader.import_chunk(
      R"({"first":3,"coupons":[[42,1795442400123],["43",0]],"count":4,"hash":"00ab54a98ceb1f0a","paused":true})");
  ASSERT_TRUE(command);
  EXPECT_EQ(command->kind, PolicyCommand::Kind::Import);
  EXPECT_EQ(command->chunk.first, 3);
  const std::vector<ImportedCoupon> coupons{{UserId{42}, from_millis(1795442400123)},
                                            {UserId{43}, from_millis(0)}};
  EXPECT_EQ(command->chunk.coupons, coupons);
  EXPECT_EQ(command->chunk.total, (ImportTotal{4, 0x00ab54a98ceb1f0aULL}));
  EXPECT_TRUE(command->chunk.paused);
  EXPECT_TRUE(reader.import_chunk(R"({"first":1,"count":0,"hash":"0000000000000000"})"));
}

TEST(ChunkBody, HasAnErrorForEachInvalidField) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {R"("coupons":[])", "first must be"},
      {R"("first":1,"coupons":[[0,1]])", "coupons must be a list of at most 1000 pairs"},
      {R"("first":1,"coupons":[[1]])", "coupons must be"},
      {R"("first":1,"coupons":[[1,-1]])", "coupons must be"},
      {R"("first":1,"coupons":{})", "coupons must be"},
      {R"("first":1,"first":2)", "first appears twice"},
      {R"("first":1,"count":1)", "hash is missing"},
      {R"("first":1,"count":1,"hash":"XY")", "hash must be 16 hex digits"},
      {R"("first":1,"paused":"yes")", "paused must be true or false"},
  };
  BodyReader reader;
  for (const auto& [fields, words] : wrong) {
    EXPECT_FALSE(reader.import_chunk('{' + fields + '}')) << fields;
    EXPECT_EQ(reader.error().problem, Problem::Invalid);
    EXPECT_THAT(reader.error().detail, HasSubstr(words));
  }
}

class CouponBody : public testing::Test {
 protected:
  using Kind = CouponCommand::Kind;
  void refused(const std::string& body, Kind kind, const std::string& words) {
    SCOPED_TRACE(body);
    EXPECT_FALSE(reader_.coupon_command(body, kind));
    EXPECT_EQ(reader_.error().problem, Problem::Invalid);
    EXPECT_THAT(reader_.error().detail, HasSubstr(words));
  }
  BodyReader reader_;
};

TEST_F(CouponBody, HasAReferenceAndTheFieldsOfItsCommand) {
  const auto use = reader_.coupon_command(R"({"reference":"order-17","x":1})", Kind::Use);
  ASSERT_TRUE(use);
  EXPECT_EQ(use->kind, Kind::Use);
  EXPECT_EQ(use->reference, "order-17");
  EXPECT_FALSE(use->user);
  const auto reserve =
      reader_.coupon_command(R"({"reference":"order-17","holdFor":"PT10M","userId":"42"})", Kind::Reserve);
  ASSERT_TRUE(reserve);
  EXPECT_EQ(reserve->hold_for, milliseconds{600'000});
  EXPECT_EQ(reserve->user, UserId{42});
  const auto cancel = reader_.coupon_command(R"({"reference":"a","reason":"wrong size"})", Kind::Cancel);
  ASSERT_TRUE(cancel);
  EXPECT_EQ(cancel->reason, "wrong size");
}

TEST_F(CouponBody, RefusesWhatTheJournalCannotRead) {
  refused("{}", Kind::Use, "reference is missing");
  refused(R"({"reference":""})", Kind::Use, "reference must be a string of 1 to 64 bytes");
  refused(R"({"reference":7})", Kind::Use, "reference must be a string of 1 to 64 bytes");
  refused(R"({"reference":"a\n"})", Kind::Use, "without control characters");
  refused(R"({"reference":")" + std::string(65, 'x') + "\"}", Kind::Use, "reference must be");
  refused(R"({"reference":"a","reference":"a"})", Kind::Use, "reference appears twice");
  refused(R"({"reference":"a"})", Kind::Reserve, "holdFor is missing");
  refused(R"({"reference":"a","holdFor":"PT10M"})", Kind::Use, "holdFor is only for reserve");
  for (const char* hold : {"\"PT0.999S\"", "\"PT168H1S\"", "\"P1M\"", "600", "null", "\"10m\""}) {
    refused(std::string(R"({"reference":"a","holdFor":)") + hold + "}", Kind::Reserve,
            "holdFor must be a duration of 1 second to 7 days like PT10M");
  }
  refused(R"({"reference":"a","reason":"b"})", Kind::Use, "reason is only for cancel");
  refused(R"({"reference":"a","reason":")" + std::string(201, 'x') + "\"}", Kind::Cancel, "reason must be");
  refused(R"({"reference":"a","userId":0})", Kind::Use, "userId must be a whole number");
  EXPECT_FALSE(reader_.coupon_command("{", Kind::Use));
  EXPECT_EQ(reader_.error().problem, Problem::BadRequest);
}

}  // namespace
}  // namespace firstcome::api
