#include "api/json_body.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firstcome::api {
namespace {

using testing::HasSubstr;

class IssueBody : public testing::Test {
 protected:
  std::optional<UserId> read(std::string body) { return reader_.issue(body); }
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

TEST_F(IssueBody, IgnoresUnknownFieldsOfAnyType) {
  EXPECT_EQ(read(R"({"a":1,"userId":42,"b":{"userId":1},"c":[{"userId":2}],"d":null,"e":"}"})"), UserId{42});
}

TEST_F(IssueBody, RefusesBodiesThatAreNotJson) {
  for (const char* body : {"", " ", "nope", "{", R"({"userId":42)", R"({"userId":42}})", R"({"userId":42}x)",
                           R"({"userId":42,})", R"({"userId":042})", R"({"userId":42a})",
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

TEST_F(PolicyBody, CreateWithoutAnIdHasTheId0) {
  const auto command = reader_.create(R"({"name":"a","maxCount":1})");
  ASSERT_TRUE(command);
  EXPECT_FALSE(command->policy.valid());
}

TEST_F(PolicyBody, ListsEveryInvalidField) {
  EXPECT_FALSE(reader_.create(
      R"({"id":0,"maxCount":0,"perUserLimit":2,"issueStartsAt":"tomorrow","validFrom":"2026-01-02T00:00:00Z",)"
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

}  // namespace
}  // namespace firstcome::api
