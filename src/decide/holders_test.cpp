#include "decide/holders.h"

#include <gtest/gtest.h>

namespace firstcome::decide {
namespace {

TEST(Holders, AreFoundInEveryLayer) {
  Holders holders;
  for (std::int64_t user = 1; user <= 100; ++user) {
    ASSERT_EQ(holders.find_or_add(UserId{user}, {.sequence = user}), nullptr);
    if (user % 7 == 0) holders.freeze();
  }
  for (std::int64_t user = 1; user <= 100; ++user) {
    ASSERT_NE(holders.find(UserId{user}), nullptr);
    EXPECT_EQ(holders.find(UserId{user})->sequence, user);
  }
  EXPECT_EQ(holders.find(UserId{101}), nullptr);
  EXPECT_EQ(holders.size(), 100U);
}

TEST(Holders, FreezingOneByOneKeepsTheLayersFew) {
  Holders holders;
  for (std::int64_t user = 1; user <= 1000; ++user) {
    ASSERT_EQ(holders.find_or_add(UserId{user}, {.sequence = user}), nullptr);
    EXPECT_LE(holders.freeze().size(), 11U);
  }
  EXPECT_EQ(holders.size(), 1000U);
}

TEST(Holders, ALargeLayerIsHandedOverByPointerNotCopied) {
  Holders holders;
  for (std::int64_t user = 1; user <= 1000; ++user) ASSERT_EQ(holders.find_or_add(UserId{user}, {}), nullptr);
  const HoldingMap* const large = holders.freeze().front().get();
  ASSERT_EQ(holders.find_or_add(UserId{2000}, {}), nullptr);
  EXPECT_NE(holders.find_or_add(UserId{1}, {}), nullptr) << "in whatever layer";
  EXPECT_EQ(holders.freeze().front().get(), large);
}

}  // namespace
}  // namespace firstcome::decide
