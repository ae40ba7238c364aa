#include "decide/eligible_users.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "test/kits/decide/chosen_ids.h"

namespace firstcome::decide {
namespace {

TEST(EligibleUsers, AreFoundAtAnySizeAlsoAfterReserve) {
  for (const std::size_t reserved : {0, 10, 100'000}) {
    EligibleUsers users;
    if (reserved > 0) users.reserve(reserved);
    std::mt19937_64 random(1);
    std::set<std::int64_t> all;
    while (all.size() < 100'000) {
      const auto user = static_cast<std::int64_t>(random() % 2 == 0 ? random() % 200'000 : random() >> 2) + 1;
      ASSERT_EQ(users.add(UserId{user}), all.insert(user).second);
    }
    EXPECT_EQ(users.size(), all.size());
    for (const std::int64_t user : all) ASSERT_TRUE(users.contains(UserId{user}));
    for (std::int64_t user = 1; user <= 200'000; ++user) {
      ASSERT_EQ(users.contains(UserId{user}), all.contains(user));
    }
  }
}

TEST(EligibleUsers, AFrozenCopyDoesNotChange) {
  EligibleUsers users;
  EXPECT_FALSE(users.freeze()->contains(UserId{1}));
  std::vector<std::shared_ptr<const EligibleUsers>> frozen;
  for (std::int64_t user = 1; user <= 80'000; ++user) {
    ASSERT_TRUE(users.add(UserId{user}));
    if (user % 10'000 == 0) frozen.push_back(users.freeze());
  }
  EXPECT_EQ(users.freeze(), users.freeze());
  for (std::size_t i = 0; i < frozen.size(); ++i) {
    const auto last = static_cast<std::int64_t>(i + 1) * 10'000;
    for (std::int64_t user = 1; user <= 80'000; ++user) {
      ASSERT_EQ(frozen[i]->contains(UserId{user}), user <= last);
    }
  }
}

TEST(EligibleUsers, IdsThatAnAttackerChoseDoNotShareOneSlot) {
  EligibleUsers users;
  for (const UserId id : chosen_ids(80'000)) ASSERT_TRUE(users.add(id));
}

}  // namespace
}  // namespace firstcome::decide
