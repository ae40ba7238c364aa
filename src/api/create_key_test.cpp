#include "api/create_key.h"

#include <gtest/gtest.h>

#include "domain/policy.h"

namespace firstcome::api {
namespace {

TEST(IdempotencyKey, IsAStringWithOrWithoutQuotes) {
  EXPECT_EQ(read_idempotency_key(R"("8e03978e-40d5")"), "8e03978e-40d5");
  EXPECT_EQ(read_idempotency_key("8e03978e-40d5"), "8e03978e-40d5");
  EXPECT_EQ(read_idempotency_key(R"("a b, c;d")"), "a b, c;d");
  EXPECT_EQ(read_idempotency_key(std::string(100, 'k')), std::string(100, 'k'));
  for (const std::string& wrong :
       {std::string(), std::string(R"("")"), std::string(101, 'k'), std::string("a b"), std::string("a,b"),
        std::string(R"("a";b=1)"), std::string(R"("a)"), std::string(R"("a\"b")"), std::string("\"a\tb\""),
        std::string("k\xc3\xa9y")}) {
    EXPECT_FALSE(read_idempotency_key(wrong)) << wrong;
  }
}

TEST(CreateKey, HasTheKeyAndDiffersByBody) {
  PolicyCommand command;
  command.name = "a";
  command.max_count = 5;
  const std::string key = create_key_of(command, std::string(kIdempotencyKeyMost, 'k'));
  EXPECT_LE(key.size(), kCreateKeyLimit);
  EXPECT_EQ(idempotency_key_of(key), std::string(kIdempotencyKeyMost, 'k'));
  EXPECT_EQ(create_key_of(command, "k"), "46577db52f2e5249:k") << "stored, so it never changes";
  command.max_count = 6;
  EXPECT_NE(create_key_of(command, "k"), create_key_of(PolicyCommand{.name = "a", .max_count = 5}, "k"));
}

}  // namespace
}  // namespace firstcome::api
