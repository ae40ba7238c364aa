#include "decide/holders.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>

namespace firstcome::decide {
namespace {

TEST(Holders, AreFoundHoweverManyThereAre) {
  Holders holders;
  std::mt19937_64 random(1);
  std::unordered_map<std::int64_t, std::int64_t> all;
  while (all.size() < 100'000) {
    // Close together, as a shop numbers its users, and far apart.
    const auto user = static_cast<std::int64_t>(random() % 2 == 0 ? random() % 200'000 : random() >> 2) + 1;
    const auto sequence = static_cast<std::int64_t>(all.size()) + 1;
    const auto [held, added] = all.try_emplace(user, sequence);
    const Holding* const found = holders.find_or_add(UserId{user}, {.sequence = sequence});
    ASSERT_EQ(found == nullptr, added);
    if (!added) {
      ASSERT_EQ(found->sequence, held->second);
    }
  }
  EXPECT_EQ(holders.size(), all.size());
  for (const auto& [user, sequence] : all) {
    ASSERT_NE(holders.find(UserId{user}), nullptr);
    ASSERT_EQ(holders.find(UserId{user})->sequence, sequence);
  }
  EXPECT_EQ(holders.find(UserId{300'000}), nullptr);
}

TEST(HolderShard, IsFoundInEveryLayer) {
  HolderShard holders;
  for (std::int64_t user = 1; user <= 100; ++user) {
    ASSERT_EQ(holders.find_or_add(UserId{user}, {.sequence = user}), nullptr);
    if (user % 7 == 0) holders.freeze();
  }
  for (std::int64_t user = 1; user <= 100; ++user) {
    ASSERT_NE(holders.find(UserId{user}), nullptr);
    EXPECT_EQ(holders.find(UserId{user})->sequence, user);
  }
  EXPECT_EQ(holders.find(UserId{101}), nullptr);
}

TEST(HolderShard, FreezingOneByOneKeepsTheLayersFew) {
  HolderShard holders;
  for (std::int64_t user = 1; user <= 1000; ++user) {
    ASSERT_EQ(holders.find_or_add(UserId{user}, {.sequence = user}), nullptr);
    EXPECT_LE(holders.freeze().size(), 11U);
  }
}

TEST(HolderShard, ALargeLayerIsHandedOverByPointerNotCopied) {
  HolderShard holders;
  for (std::int64_t user = 1; user <= 1000; ++user) ASSERT_EQ(holders.find_or_add(UserId{user}, {}), nullptr);
  const HoldingMap* const large = holders.freeze().front().get();
  ASSERT_EQ(holders.find_or_add(UserId{2000}, {}), nullptr);
  EXPECT_NE(holders.find_or_add(UserId{1}, {}), nullptr) << "in whatever layer";
  EXPECT_EQ(holders.freeze().front().get(), large);
}

TEST(Holders, WhatWasFrozenStaysAsItWas) {
  Holders holders;
  std::vector<std::shared_ptr<const FrozenHolders>> frozen;
  for (std::int64_t user = 1; user <= 100'000; ++user) {
    ASSERT_EQ(holders.find_or_add(UserId{user}, {.sequence = user}), nullptr);
    if (user % 10'000 == 0) frozen.push_back(holders.freeze());
  }
  for (std::size_t i = 0; i < frozen.size(); ++i) {
    const auto last = static_cast<std::int64_t>(i + 1) * 10'000;
    for (std::int64_t user = 1; user <= 100'000; ++user) {
      ASSERT_EQ(frozen[i]->find(UserId{user}) != nullptr, user <= last) << user << " of " << last;
    }
  }
}

TEST(Holders, AreHandedOverOnceAsLongAsNobodyIsAdded) {
  Holders holders;
  ASSERT_EQ(holders.find_or_add(UserId{1}, {.sequence = 1}), nullptr);
  const auto frozen = holders.freeze();
  ASSERT_NE(holders.find_or_add(UserId{1}, {.sequence = 2}), nullptr);
  EXPECT_EQ(holders.freeze(), frozen);
  ASSERT_EQ(holders.find_or_add(UserId{2}, {.sequence = 2}), nullptr);
  EXPECT_NE(holders.freeze(), frozen);
}

TEST(Holders, FreezingOneByOneKeepsThemFound) {
  Holders holders;
  for (std::int64_t user = 1; user <= 1'000; ++user) {
    ASSERT_EQ(holders.find_or_add(UserId{user}, {.sequence = user}), nullptr);
    const auto frozen = holders.freeze();
    ASSERT_EQ(frozen->find(UserId{user})->sequence, user);
    ASSERT_EQ(frozen->find(UserId{1})->sequence, 1);
    ASSERT_EQ(frozen->find(UserId{user + 1}), nullptr);
  }
  EXPECT_EQ(holders.size(), 1'000U);
}

TEST(Holders, ThatWereReservedForAreFoundLikeOthers) {
  for (const std::size_t expected : {0, 1, 5'000, 100'000}) {
    Holders holders;
    holders.reserve(expected);
    for (std::int64_t user = 1; user <= 70'000; ++user) {
      ASSERT_EQ(holders.find_or_add(UserId{user}, {.sequence = user}), nullptr);
    }
    for (std::int64_t user = 1; user <= 70'000; ++user) ASSERT_EQ(holders.find(UserId{user})->sequence, user);
    holders.clear();
    EXPECT_EQ(holders.size(), 0U);
    EXPECT_EQ(holders.find(UserId{1}), nullptr);
  }
}

}  // namespace
}  // namespace firstcome::decide
