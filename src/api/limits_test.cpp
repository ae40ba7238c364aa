#include "api/limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/exchange.h"

namespace firstcome::api {
namespace {

using access::Caller;
using testing::HasSubstr;

const Instant kNoon = Instant{} + std::chrono::hours(12);
const net::PeerAddress kPeer = *net::PeerAddress::parse("192.0.2.1");

int pressed(Limits& limits, const Sender& sender, UserId user, PolicyId policy,
            const net::PeerAddress& peer = kPeer, int presses = 20) {
  int allowed = 0;
  for (int i = 0; i < presses; ++i) allowed += limits.press(sender, peer, user, policy, kNoon) ? 0 : 1;
  return allowed;
}

TEST(Limits, EachPrincipalHasItsOwnBucketForEachPolicy) {
  Limits limits({.press_rate = 5, .press_burst = 10});
  const Sender anonymous;
  const Sender user{.kind = Caller::Kind::User, .user = UserId{1}, .principal = 7};
  const Sender key{.kind = Caller::Kind::Key, .principal = 7};
  const Sender other_key{.kind = Caller::Kind::Key, .principal = 8};
  for (const Sender& sender : {anonymous, user, key, other_key}) {
    EXPECT_EQ(pressed(limits, sender, UserId{1}, PolicyId{1}), 10) << "not the bucket of another caller";
    EXPECT_EQ(pressed(limits, sender, UserId{1}, PolicyId{1}), 0);
    EXPECT_EQ(pressed(limits, sender, UserId{1}, PolicyId{2}), 10);
  }
  EXPECT_EQ(pressed(limits, key, UserId{2}, PolicyId{1}), 10) << "a shop asks for many users";
  EXPECT_EQ(pressed(limits, anonymous, UserId{2}, PolicyId{1}), 10) << "many customers share an address";
  EXPECT_EQ(pressed(limits, anonymous, UserId{1}, PolicyId{1}, *net::PeerAddress::parse("192.0.2.2")), 10)
      << "another address cannot use up the bucket of this user";
  EXPECT_EQ(pressed(limits, user, UserId{1}, PolicyId{1}, *net::PeerAddress::parse("192.0.2.2")), 0)
      << "a token is the same user everywhere";
}

TEST(Limits, FiveHundredCustomersBehindOneAddressAreAllServed) {
  Limits limits({.press_rate = 5, .press_burst = 10});
  for (int user = 1; user <= 500; ++user) {
    EXPECT_EQ(pressed(limits, {}, UserId{user}, PolicyId{1}, kPeer, 10), 10);
  }
}

TEST(Limits, AnIpv6ClientIsItsNetworkOf64Bits) {
  Limits limits({.press_rate = 5, .press_burst = 10});
  EXPECT_EQ(pressed(limits, {}, UserId{1}, PolicyId{1}, *net::PeerAddress::parse("2001:db8::1")), 10);
  EXPECT_EQ(pressed(limits, {}, UserId{1}, PolicyId{1}, *net::PeerAddress::parse("2001:db8::2")), 0);
  EXPECT_EQ(pressed(limits, {}, UserId{1}, PolicyId{1}, *net::PeerAddress::parse("2001:db8:0:1::1")), 10);
}

TEST(Limits, ARefusalHasTheFieldsThatSayWhenToTryAgain) {
  Limits limits({.press_rate = 5, .press_burst = 12, .key_rate = 2});
  const Sender key{.kind = Caller::Kind::Key, .principal = 7};
  EXPECT_EQ(pressed(limits, key, UserId{1}, PolicyId{1}, kPeer, 12), 12);
  EXPECT_EQ(limits.press(key, kPeer, UserId{1}, PolicyId{1}, kNoon),
            "Retry-After: 1\r\nRateLimit-Policy: \"press\";q=12;w=3\r\nRateLimit: \"press\";r=0;t=1\r\n");
  EXPECT_FALSE(limits.request(key, kNoon));
  EXPECT_FALSE(limits.request(key, kNoon));
  EXPECT_THAT(*limits.request(key, kNoon), HasSubstr("RateLimit-Policy: \"key\";q=2;w=1\r\n"));
  EXPECT_FALSE(limits.request({.kind = Caller::Kind::User, .user = UserId{1}}, kNoon));
}

TEST(Limits, ARateOfZeroIsNoLimit) {
  Limits limits({.press_rate = 0, .key_rate = 0});
  EXPECT_EQ(pressed(limits, {}, UserId{1}, PolicyId{1}, kPeer, 1000), 1000);
  EXPECT_FALSE(limits.request({.kind = Caller::Kind::Key, .principal = 7}, kNoon));
}

}  // namespace
}  // namespace firstcome::api
