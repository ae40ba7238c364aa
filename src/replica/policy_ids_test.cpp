#include "replica/policy_ids.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

namespace firstcome::replica {
namespace {

using Known = PolicyIds::Known;

TEST(PolicyIdsTest, ReturnTheLastValueSet) {
  PolicyIds ids;
  EXPECT_EQ(ids.find(PolicyId{7}), Known::No);
  ids.set(PolicyId{7}, Known::InMemory);
  EXPECT_EQ(ids.find(PolicyId{7}), Known::InMemory);
  for (int i = 0; i < 2; ++i) ids.set(PolicyId{7}, Known::IdOnly);
  EXPECT_EQ(ids.find(PolicyId{7}), Known::IdOnly);
  EXPECT_EQ(ids.id_only(), 1U);
  ids.set(PolicyId{7}, Known::InMemory);  // an older store was loaded
  EXPECT_EQ(ids.find(PolicyId{7}), Known::InMemory);
  EXPECT_EQ(ids.id_only(), 0U);
  EXPECT_EQ(ids.find(PolicyId{INT64_MAX}), Known::No);
}

TEST(PolicyIdsTest, AreFoundWithoutALockWhileMoreAreAdded) {
  constexpr std::int64_t kIds = 100'000;
  PolicyIds ids;
  std::atomic<std::int64_t> added{0};
  std::thread finder([&] {
    std::mt19937_64 random(1);
    while (added < kIds) {
      const std::int64_t there = added;
      if (there == 0) continue;
      const auto one = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(there)) + 1;
      ASSERT_EQ(ids.find(PolicyId{one}), one % 3 == 0 ? Known::IdOnly : Known::InMemory);
      ASSERT_EQ(ids.find(PolicyId{kIds + one}), Known::No);
    }
  });
  for (std::int64_t id = 1; id <= kIds; ++id) {
    ids.set(PolicyId{id}, id % 3 == 0 ? Known::IdOnly : Known::InMemory);
    added = id;
  }
  finder.join();
  EXPECT_EQ(ids.id_only(), kIds / 3);
}

}  // namespace
}  // namespace firstcome::replica
