#include "ticket/coupon_code.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace firstcome {
namespace {

const CouponCodes codes{InstallationKey{}};
constexpr CodedCoupon kUsual{
    .policy = PolicyId{7}, .sequence = 17, .user = UserId{42}, .history = {.era = 1, .incarnation = 4711}};

std::vector<CodedCoupon> coupons() {
  std::vector<CodedCoupon> all;
  for (const std::int64_t policy : {std::int64_t{1}, std::int64_t{127}, std::int64_t{128}, INT64_MAX}) {
    for (const std::int64_t sequence : {std::int64_t{1}, std::int64_t{16'384}, kMaxCountLimit}) {
      all.push_back(kUsual);
      all.back().policy = PolicyId{policy};
      all.back().sequence = sequence;
    }
  }
  return all;
}

TEST(CouponCode, HasThePolicyAndTheSequenceOfItsCoupon) {
  for (const CodedCoupon& coupon : coupons()) {
    const std::string text = codes.encode("NOON", coupon);
    const auto code = codes.decode(text);
    ASSERT_TRUE(code) << text;
    EXPECT_EQ(code->policy, coupon.policy);
    EXPECT_EQ(code->sequence, coupon.sequence);
    EXPECT_EQ(code->prefix, "NOON");
    EXPECT_TRUE(codes.is_of(*code, text));
    EXPECT_FALSE(codes.is_of(*code, codes.encode("NOONS", coupon)));
    EXPECT_FALSE(codes.is_of(*code, ""));
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
  EXPECT_TRUE(codes.is_of(*code, codes.encode("NOON", kUsual)));
}

TEST(CouponCode, WithAnyCharacterChangedIsOfNoCoupon) {
  const std::string text = codes.encode("NOON", kUsual);
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char other : std::string_view{"0123456789ABCDEFGHJKMNPQRSTVWXYZ"}) {
      if (text[at] == other || text[at] == '-') continue;
      std::string forged = text;
      forged[at] = other;
      const auto code = codes.decode(forged);
      EXPECT_FALSE(code && codes.is_of(*code, codes.encode("NOON", kUsual))) << forged;
    }
  }
}

TEST(CouponCode, DiffersWithEveryField) {
  std::set<std::string> texts{codes.encode("NOON", kUsual)};
  const auto differs = [&](auto change) {
    CodedCoupon other = kUsual;
    change(other);
    const auto code = codes.decode(codes.encode("NOON", kUsual));
    EXPECT_FALSE(codes.is_of(*code, codes.encode("NOON", other)));
    EXPECT_TRUE(texts.insert(codes.encode("NOON", other)).second);
  };
  differs([](CodedCoupon& c) { c.history.era = 2; });
  differs([](CodedCoupon& c) { c.history.incarnation = 4712; });
  differs([](CodedCoupon& c) { c.policy = PolicyId{8}; });
  differs([](CodedCoupon& c) { c.sequence = 18; });
  differs([](CodedCoupon& c) { c.user = UserId{43}; });
  EXPECT_TRUE(texts.insert(CouponCodes(InstallationKey::draw()).encode("NOON", kUsual)).second);
}

TEST(CouponCode, DoesNotShowHowManyCouponsThereAre) {
  CodedCoupon next = kUsual;
  ++next.sequence;
  const std::string one = codes.encode("NOON", kUsual);
  const std::string two = codes.encode("NOON", next);
  EXPECT_NE(one.substr(one.size() - 4), two.substr(two.size() - 4));
  EXPECT_NE(one.substr(0, 9), two.substr(0, 9));
}

TEST(CouponCode, IsOfTheKindOfThePolicy) {
  Policy policy{.id = PolicyId{7}};
  EXPECT_EQ(codes.code_of(policy, kUsual), "");
  policy.codes = CodeKind::Generated;
  policy.code_prefix = "NOON";
  EXPECT_EQ(codes.code_of(policy, kUsual), codes.encode("NOON", kUsual));
}

TEST(CouponCode, GarbageIsNoCode) {
  const std::string text = codes.encode("NOON", kUsual);
  for (const std::string& garbage :
       {std::string{}, std::string{"-"}, std::string{"NOON"}, std::string{"NOON-"}, text + "A", text + "U",
        "LONGERTHANALLPREFIXES" + text.substr(4), std::string("NOON-") + std::string(200, 'Z'),
        std::string("NOON-\0", 6) + text.substr(5), text.substr(0, 12)}) {
    const auto code = codes.decode(garbage);
    EXPECT_FALSE(code && codes.is_of(*code, codes.encode("NOON", kUsual))) << garbage;
  }
}

}  // namespace
}  // namespace firstcome
