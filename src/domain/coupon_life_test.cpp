#include "domain/coupon_life.h"

#include <gtest/gtest.h>

namespace firstcome {
namespace {

using namespace std::chrono_literals;

const Timestamp kIssued = from_millis(1'000'000);

TEST(References, HaveALimitAndNoControlCharacters) {
  EXPECT_TRUE(is_reference("order 17/ü"));
  EXPECT_TRUE(is_reference(std::string(64, 'x')));
  EXPECT_FALSE(is_reference(std::string(65, 'x')));
  for (const std::string bad : {"", "a\nb", "a\tb", "a\x7f"}) EXPECT_FALSE(is_reference(bad)) << bad;
}

TEST(References, TextIsReadBack) {
  const std::vector<AcceptedReference> references{{"order 17", 0b00011}, {"a", 0b10000}};
  EXPECT_EQ(references_to_text(references), "reserve,use order 17\ncancel a\n");
  EXPECT_EQ(text_to_references("reserve,use order 17\ncancel a\n"), references);
  EXPECT_EQ(text_to_references(""), std::vector<AcceptedReference>());
}

TEST(References, OtherTextIsRefused) {
  for (const char* bad : {"use a", "use\n", "use \n", "use,reserve a\n", "use,use a\n", "use, a\n", " a\n",
                          "steal a\n", "use a\n\n"}) {
    EXPECT_FALSE(text_to_references(bad)) << bad;
  }
  std::string many;
  for (std::size_t i = 0; i <= kReferencesMost; ++i) many += "use r" + std::to_string(i) + "\n";
  EXPECT_FALSE(text_to_references(many));
}

TEST(Expiry, IsTheEarlierOfBothLimits) {
  Policy policy;
  EXPECT_EQ(expires_at(policy, kIssued), std::nullopt);
  policy.valid_for = 10s;
  EXPECT_EQ(expires_at(policy, kIssued), kIssued + 10s);
  policy.valid_until = kIssued + 5s;
  EXPECT_EQ(expires_at(policy, kIssued), kIssued + 5s);
  policy.valid_until = kIssued + 15s;
  EXPECT_EQ(expires_at(policy, kIssued), kIssued + 10s);
}

TEST(Expiry, APolicyIsOverWhenItIsClosedAndItsLastCouponIsExpired) {
  Policy policy{.issued_count = 1, .newest_issued_at = kIssued};
  policy.state = PolicyState::Closed;
  EXPECT_FALSE(is_over(policy, kIssued + 24h));
  policy.valid_for = 10s;
  EXPECT_FALSE(is_over(policy, kIssued + 9s));
  EXPECT_TRUE(is_over(policy, kIssued + 10s));
  policy.state = PolicyState::Paused;
  EXPECT_FALSE(is_over(policy, kIssued + 10s));
  policy = {.state = PolicyState::Closed};
  EXPECT_TRUE(is_over(policy, {}));  // no coupon was issued
}

}  // namespace
}  // namespace firstcome
