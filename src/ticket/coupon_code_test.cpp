#include "ticket/coupon_code.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace firstcome {
namespace {

const CouponCodes codes{InstallationKey{}};
const PlacedCoupon kUsual{
    .coupon = {.policy = PolicyId{7}, .sequence = 17, .user = UserId{42}, .offset = 4711}, .partition = 2};

std::vector<PlacedCoupon> coupons() {
  std::vector<PlacedCoupon> all;
  for (const std::int64_t policy : {std::int64_t{1}, std::int64_t{127}, std::int64_t{128}, INT64_MAX}) {
    for (const std::int64_t sequence : {std::int64_t{1}, std::int64_t{16'384}, kMaxCountLimit}) {
      all.push_back(kUsual);
      all.back().coupon.policy = PolicyId{policy};
      all.back().coupon.sequence = sequence;
    }
  }
  return all;
}

TEST(CouponCode, HasThePolicyAndTheSequenceOfItsCoupon) {
  for (const PlacedCoupon& coupon : coupons()) {
    const std::string text = codes.encode("NOON", coupon);
    const auto code = codes.decode(text);
    ASSERT_TRUE(code) << text;
    EXPECT_EQ(code->policy, coupon.coupon.policy);
    EXPECT_EQ(code->sequence, coupon.coupon.sequence);
    EXPECT_EQ(code->prefix, "NOON");
    EXPECT_TRUE(codes.is_of(*code, "NOON", coupon));
    EXPECT_FALSE(codes.is_of(*code, "NOONS", coupon));
  }
}

TEST(CouponCode, IsShortAndInGroupsOfFour) {
  const std::string text = codes.encode("NOON", kUsual);
  EXPECT_EQ(text.size(), std::string("NOON-7K2M-9QXT-V8RD-3JWC").size()) << text;
  for (std::size_t i = 4; i < text.size(); i += 5) EXPECT_EQ(text[i], '-') << text;
}

TEST(CouponCode, IsReadAsPeopleTypeIt) {
  const std::string text = codes.encode("NOON", kUsual);
  std::string typed;
  for (const char c : text.substr(5)) {
    if (c == '-') continue;
    typed += c == '0' ? 'o' : c == '1' ? 'l' : static_cast<char>(std::tolower(c));
  }
  const auto code = codes.decode("noon-" + typed);
  ASSERT_TRUE(code);
  EXPECT_TRUE(codes.is_of(*code, "NOON", kUsual));
}

TEST(CouponCode, WithAnyCharacterChangedIsOfNoCoupon) {
  const std::string text = codes.encode("NOON", kUsual);
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char other : std::string_view{"0123456789ABCDEFGHJKMNPQRSTVWXYZ"}) {
      if (text[at] == other || text[at] == '-') continue;
      std::string forged = text;
      forged[at] = other;
      const auto code = codes.decode(forged);
      EXPECT_FALSE(code && codes.is_of(*code, "NOON", kUsual)) << forged;
    }
  }
}

TEST(CouponCode, DiffersWithEveryField) {
  std::set<std::string> texts{codes.encode("NOON", kUsual)};
  const auto differs = [&](auto change) {
    PlacedCoupon other = kUsual;
    change(other);
    const auto code = codes.decode(codes.encode("NOON", kUsual));
    EXPECT_FALSE(codes.is_of(*code, "NOON", other));
    EXPECT_TRUE(texts.insert(codes.encode("NOON", other)).second);
  };
  differs([](PlacedCoupon& c) { c.era = 2; });
  differs([](PlacedCoupon& c) { c.partition = 1; });
  differs([](PlacedCoupon& c) { c.coupon.policy = PolicyId{8}; });
  differs([](PlacedCoupon& c) { c.coupon.sequence = 18; });
  differs([](PlacedCoupon& c) { c.coupon.user = UserId{43}; });
  differs([](PlacedCoupon& c) { c.coupon.offset = 4712; });
  Incarnations other_history;
  other_history.begin(5, 1, {0, 0, 0});
  const CouponCodes restored(InstallationKey{}, other_history);
  EXPECT_TRUE(texts.insert(restored.encode("NOON", kUsual)).second);
  EXPECT_TRUE(texts.insert(CouponCodes(InstallationKey::draw()).encode("NOON", kUsual)).second);
}

TEST(CouponCode, DoesNotShowHowManyCouponsThereAre) {
  PlacedCoupon next = kUsual;
  ++next.coupon.sequence;
  const std::string one = codes.encode("NOON", kUsual);
  const std::string two = codes.encode("NOON", next);
  EXPECT_NE(one.substr(one.size() - 4), two.substr(two.size() - 4));
  EXPECT_NE(one.substr(0, 9), two.substr(0, 9));
}

TEST(CouponCode, GarbageIsNoCode) {
  const std::string text = codes.encode("NOON", kUsual);
  for (const std::string& garbage :
       {std::string{}, std::string{"-"}, std::string{"NOON"}, std::string{"NOON-"}, text + "A", text + "U",
        "LONGERTHANALLPREFIXES" + text.substr(4), std::string("NOON-") + std::string(200, 'Z'),
        std::string("NOON-\0", 6) + text.substr(5), text.substr(0, 12)}) {
    const auto code = codes.decode(garbage);
    EXPECT_FALSE(code && codes.is_of(*code, "NOON", kUsual)) << garbage;
  }
}

}  // namespace
}  // namespace firstcome
