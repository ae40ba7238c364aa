#include "access/verified_cache.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace firstcome::access {
namespace {

const Timestamp kMorning = from_millis(1'800'000'000'000);

Credentials::Verified user(int id, std::size_t policies = 0,
                           Timestamp expires = kMorning + std::chrono::hours(1)) {
  Credentials::Verified verified{.caller = {.kind = Caller::Kind::User, .user = UserId{id}},
                                 .expires = expires};
  if (policies > 0)
    verified.caller.policies = std::make_shared<const std::vector<PolicyId>>(policies, PolicyId{7});
  return verified;
}

std::string credential(int id) { return fmt::format("credential {}", id); }

TEST(VerifiedCache, IsBoundedAndTheOldestOfASetMakesPlace) {
  VerifiedCache cache;
  EXPECT_EQ(cache.bytes(), 0u) << "a server without credentials pays nothing";
  const int many = 4 * static_cast<int>(VerifiedCache::kEntries);
  for (int id = 1; id <= many; ++id) {
    ASSERT_EQ(cache.find(credential(id), kMorning), nullptr);
    ASSERT_EQ(cache.insert(user(id))->user, UserId{id});
    ASSERT_EQ(cache.find(credential(id), kMorning)->user, UserId{id});
  }
  EXPECT_LE(cache.bytes(), VerifiedCache::max_bytes());
  EXPECT_LE(VerifiedCache::max_bytes(), std::size_t{6} << 20) << "the bound that its header states";
  std::size_t kept = 0;
  for (int id = 1; id <= many; ++id) {
    const Caller* found = cache.find(credential(id), kMorning);
    if (found == nullptr) continue;
    EXPECT_EQ(found->user, UserId{id});
    ++kept;
  }
  EXPECT_EQ(kept, VerifiedCache::kEntries);
}

TEST(VerifiedCache, ListsOfPoliciesHaveABoundOfTheirOwn) {
  VerifiedCache cache;
  for (int id = 1; id <= 10'000; ++id) {
    ASSERT_EQ(cache.find(credential(id), kMorning), nullptr);
    ASSERT_NE(cache.insert(user(id, 1000)), nullptr);
    ASSERT_LE(cache.bytes(), VerifiedCache::max_bytes());
  }
}

TEST(VerifiedCache, AnExpiredOneIsGone) {
  VerifiedCache cache;
  cache.find(credential(1), kMorning);
  cache.insert(user(1, 10, kMorning + std::chrono::milliseconds(1)));
  EXPECT_NE(cache.find(credential(1), kMorning), nullptr);
  EXPECT_EQ(cache.find(credential(1), kMorning + std::chrono::milliseconds(1)), nullptr);
  EXPECT_EQ(cache.find(credential(1), kMorning), nullptr);
}

TEST(VerifiedCache, AClearedOneIsEmpty) {
  VerifiedCache cache;
  cache.find(credential(1), kMorning);
  cache.insert(user(1));
  cache.clear();
  EXPECT_EQ(cache.find(credential(1), kMorning), nullptr);
}

}  // namespace
}  // namespace firstcome::access
