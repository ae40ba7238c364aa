#include "postgres/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firstcome::postgres {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Address, WithASecretInAnySpellingIsRefusedAndNotRepeated) {
  for (const char* text :
       {"postgresql://me:hush@db/shop", "postgresql://:hush@db/shop", "postgresql://me@db/shop?password=hush",
        "postgresql://me@db/shop?PASSWORD=hush", "postgresql://me@db/shop?pass%77ord=hush",
        "postgresql://me@db/shop?sslpassword=hush", "postgresql://me@db/shop?SslPassword=hush",
        "host=db password = 'hush hush'", "host=db sslpassword=hush", "host=db PASSWORD=hush"}) {
    const auto address = Address::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_THAT(address.error().text(), HasSubstr("contains a password")) << text;
    EXPECT_THAT(address.error().text(), Not(HasSubstr("hush"))) << text;
  }
}

TEST(Address, WithAPasswordThatIsNotPercentEncodedIsRefusedAndNotRepeated) {
  for (const char* text : {"postgresql://me:hu/sh@db/shop", "postgresql://me:hush%40db/shop"}) {
    const auto address = Address::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_THAT(address.error().text(), Not(HasSubstr("hu"))) << text;
  }
}

TEST(Address, NamesTheServer) {
  const auto address =
      Address::parse("postgresql://me@a:5433,b:5434/shop?passfile=/etc/pgpass&sslkey=/etc/key");
  ASSERT_TRUE(address) << address.error().text();
  EXPECT_EQ(address->name(), "PostgreSQL a,b:5433,5434/shop");
  EXPECT_EQ(address->hosts().size(), 2U);
}

}  // namespace
}  // namespace firstcome::postgres
