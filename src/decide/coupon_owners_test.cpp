#include "decide/coupon_owners.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <thread>
#include <unordered_map>

#include "test/kits/decide/chosen_ids.h"

namespace firstcome::decide {
namespace {

TEST(CouponOwners, AreFoundAtAnySize) {
  CouponOwners owners;
  std::mt19937_64 random(1);
  std::unordered_map<std::int64_t, std::int64_t> all;
  while (all.size() < 100'000) {
    // Half of the ids are dense, as a shop numbers its users; the other half is sparse.
    const auto user = static_cast<std::int64_t>(random() % 2 == 0 ? random() % 200'000 : random() >> 2) + 1;
    const auto sequence = static_cast<std::int64_t>(all.size()) + 1;
    const auto [held, added] = all.try_emplace(user, sequence);
    const std::optional<OwnedCoupon> found = owners.find_or_add(UserId{user}, from_millis(sequence));
    ASSERT_EQ(!found, added);
    if (!added) {
      ASSERT_EQ(found->sequence, held->second);
      ASSERT_EQ(found->issued_at, from_millis(held->second));
    }
  }
  EXPECT_EQ(owners.size(), all.size());
  for (const auto& [user, sequence] : all) {
    ASSERT_TRUE(owners.find(UserId{user}));
    ASSERT_EQ(owners.find(UserId{user})->sequence, sequence);
    ASSERT_EQ(owners.find(UserId{user})->issued_at, from_millis(sequence));
  }
  EXPECT_FALSE(owners.find(UserId{300'000}));
}

TEST(CouponOwners, AreLoadedInAnyOrderAndTheNextSequenceFollows) {
  for (const std::int64_t saved : {1, 100, 70'000}) {
    CouponOwners owners;
    owners.reserve(static_cast<std::size_t>(saved));
    std::vector<std::int64_t> sequences(static_cast<std::size_t>(saved));
    std::iota(sequences.begin(), sequences.end(), 1);
    std::shuffle(sequences.begin(), sequences.end(), std::mt19937_64{3});
    for (const auto sequence : sequences) {
      ASSERT_TRUE(owners.load(UserId{sequence * 3}, {sequence, from_millis(sequence)}));
    }
    ASSERT_FALSE(owners.find_or_add(UserId{1}, from_millis(5)));
    EXPECT_EQ(owners.find(UserId{1})->sequence, saved + 1);
    for (const auto sequence : sequences) {
      ASSERT_EQ(owners.find(UserId{sequence * 3})->sequence, sequence);
      ASSERT_EQ(owners.find(UserId{sequence * 3})->issued_at, from_millis(sequence));
    }
  }
}

TEST(CouponOwners, AUserOrASequenceNumberIsNotLoadedTwice) {
  CouponOwners owners;
  EXPECT_TRUE(owners.load(UserId{7}, {.sequence = 2}));
  EXPECT_FALSE(owners.load(UserId{7}, {.sequence = 1}));
  EXPECT_FALSE(owners.load(UserId{8}, {.sequence = 2}));
  EXPECT_EQ(owners.size(), 1U);
}

/// The half of the hash that the index stores is equal, so the index must compare the users in the rows.
TEST(OwnerIndex, DistinguishesUsersWithEqualHashesByTheirRows) {
  OwnerIndex index;
  const std::vector<int> users{0, 11, 22, 33};
  const auto is = [&](int user) {
    return [&users, user](OwnerIndex::Row row) { return users[row] == user; };
  };
  constexpr std::uint64_t kLastHome = ~std::uint64_t{0};  // the search wraps to the first slot
  for (OwnerIndex::Row row = 1; row <= 3; ++row) {
    EXPECT_EQ(index.find(kLastHome, is(users[row])), 0U);
    EXPECT_EQ(index.find_or_add(kLastHome, row, is(users[row])), 0U);
  }
  for (OwnerIndex::Row row = 1; row <= 3; ++row) {
    EXPECT_EQ(index.find(kLastHome, is(users[row])), row);
    EXPECT_EQ(index.find_or_add(kLastHome, 9, is(users[row])), row);
  }
  EXPECT_EQ(index.find(kLastHome, is(44)), 0U);
}

TEST(CouponOwners, AFrozenCopyDoesNotChange) {
  CouponOwners owners;
  std::vector<std::shared_ptr<const CouponOwners>> frozen;
  for (std::int64_t user = 1; user <= 100'000; ++user) {
    ASSERT_FALSE(owners.find_or_add(UserId{user}, {}));
    if (user % 10'000 == 0) frozen.push_back(owners.freeze());
  }
  for (std::size_t i = 0; i < frozen.size(); ++i) {
    const auto last = static_cast<std::int64_t>(i + 1) * 10'000;
    for (std::int64_t user = 1; user <= 100'000; ++user) {
      ASSERT_EQ(frozen[i]->find(UserId{user}).has_value(), user <= last) << user << " of " << last;
    }
  }
}

/// ThreadSanitizer must report nothing here.
TEST(CouponOwners, AFrozenCopyIsReadableWhileOwnersAreAdded) {
  CouponOwners owners;
  for (std::int64_t user = 1; user <= 65'000; ++user) ASSERT_FALSE(owners.find_or_add(UserId{user}, {}));
  std::size_t found = 0;
  std::thread reader([&found, frozen = owners.freeze()] {
    for (std::int64_t user = 1; user <= 70'000; ++user) found += frozen->find(UserId{user}) ? 1 : 0;
  });
  for (std::int64_t user = 65'001; user <= 70'000; ++user) ASSERT_FALSE(owners.find_or_add(UserId{user}, {}));
  reader.join();
  EXPECT_EQ(found, 65'000U);
}

TEST(CouponOwners, FreezeReturnsTheSameCopyUntilAnOwnerIsAdded) {
  CouponOwners owners;
  ASSERT_FALSE(owners.find_or_add(UserId{1}, {}));
  const auto frozen = owners.freeze();
  ASSERT_TRUE(owners.find_or_add(UserId{1}, {}));
  EXPECT_EQ(owners.freeze(), frozen);
  ASSERT_FALSE(owners.find_or_add(UserId{2}, {}));
  EXPECT_NE(owners.freeze(), frozen);
}

TEST(CouponOwners, AreFoundIfEachAdditionIsFollowedByAFreeze) {
  CouponOwners owners;
  for (std::int64_t user = 1; user <= 1'000; ++user) {
    ASSERT_FALSE(owners.find_or_add(UserId{user}, {}));
    const auto frozen = owners.freeze();
    ASSERT_EQ(frozen->find(UserId{user})->sequence, user);
    ASSERT_EQ(frozen->find(UserId{1})->sequence, 1);
    ASSERT_FALSE(frozen->find(UserId{user + 1}));
  }
  EXPECT_EQ(owners.size(), 1'000U);
}

TEST(CouponOwners, AreFoundAfterReserve) {
  for (const std::size_t expected : {0, 1, 5'000, 100'000}) {
    CouponOwners owners;
    owners.reserve(expected);
    for (std::int64_t user = 1; user <= 70'000; ++user) {
      ASSERT_FALSE(owners.find_or_add(UserId{user}, {}));
    }
    for (std::int64_t user = 1; user <= 70'000; ++user) ASSERT_EQ(owners.find(UserId{user})->sequence, user);
    owners.clear();
    EXPECT_EQ(owners.size(), 0U);
    EXPECT_FALSE(owners.find(UserId{1}));
  }
}

/// Before IdHash had a key, 80,000 such ids took 67 s to add.
TEST(CouponOwners, IdsThatAnAttackerChoseDoNotShareOneSlot) {
  const std::vector<UserId> ids = chosen_ids(80'000);
  std::vector<int> homes(std::size_t{1} << 17);
  for (const UserId id : ids) ++homes[IdHash{}(id) >> (64 - 17)];
  // With random hashes a home slot gets 0.6 ids on average, and any slot gets 16 once in 10^10 runs.
  EXPECT_LT(*std::ranges::max_element(homes), 16);

  CouponOwners owners;
  for (const UserId id : ids) ASSERT_FALSE(owners.find_or_add(id, Timestamp{}));
  EXPECT_EQ(owners.size(), ids.size());
}

}  // namespace
}  // namespace firstcome::decide
