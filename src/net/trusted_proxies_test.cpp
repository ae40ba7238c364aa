#include "net/trusted_proxies.h"

#include <gtest/gtest.h>

namespace firstcome::net {
namespace {

PeerAddress ip(std::string_view text) { return *PeerAddress::parse(text); }

TEST(Network, ContainsTheAddressesWithItsPrefix) {
  const auto contains = [](std::string_view network, std::string_view one) {
    return Network::parse(network).value().contains(ip(one));
  };
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(contains("192.0.2.128/25", "192.0.2.200"));
  EXPECT_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(contains("192.0.2.1", "192.0.2.1"));
  EXPECT_FALSE(contains("192.0.2.1", "192.0.2.2"));
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1")) << "of IPv4 only";
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(contains("::1", "::1"));
  for (const char* wrong : {"", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/-1", "10.0.0.0/8x",
                            "shop.example", "2001:db8::/129", "2001:db8::1/32", "10.0.0.0 /8"}) {
    EXPECT_FALSE(Network::parse(wrong)) << wrong;
  }
}

class Proxies : public testing::Test {
 protected:
  std::string client(std::string_view peer, const std::optional<std::string>& forwarded,
                     const std::optional<std::string>& x_forwarded_for = {}) {
    return proxies_.client_of(ip(peer), forwarded, x_forwarded_for).text();
  }
  TrustedProxies proxies_{{*Network::parse("10.0.0.0/8"), *Network::parse("2001:db8:1::/48")}};
};

TEST_F(Proxies, TheRightmostHopThatIsNotTrustedIsTheClient) {
  EXPECT_EQ(client("10.0.0.1", {}, "203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(client("10.0.0.1", {}, "198.51.100.1, 203.0.113.9, 10.0.0.2"), "203.0.113.9");
  EXPECT_EQ(client("10.0.0.1", {}, "203.0.113.9:1234,[2001:db8:1::7]:80"), "203.0.113.9");
  EXPECT_EQ(client("10.0.0.1",
                   R"(for=198.51.100.1, for=203.0.113.9;proto=https;by=10.0.0.2, For="[2001:db8:1::7]:80")"),
            "203.0.113.9");
  EXPECT_EQ(client("10.0.0.1", R"(proto=https;for="[2001:db8:2::9]")"), "2001:db8:2::9");
  EXPECT_EQ(client("10.0.0.1", {}, "10.0.0.3, 10.0.0.2"), "10.0.0.3") << "all are trusted: the first one";
}

TEST_F(Proxies, WhatAnUntrustedPeerSendsIsNotRead) {
  EXPECT_EQ(client("203.0.113.9", "for=10.0.0.1", "198.51.100.1"), "203.0.113.9");
  EXPECT_EQ(TrustedProxies{}.client_of(ip("10.0.0.1"), "for=203.0.113.9", {}).text(), "10.0.0.1");
}

TEST_F(Proxies, AHopThatIsNoAddressEndsTheSearch) {
  for (const char* hop :
       {"unknown", "_hidden", "", "203.0.113", "[2001:db8::1", "203.0.113.9, ,", "\"203.0.113.9"}) {
    EXPECT_EQ(client("10.0.0.1", {}, hop), "10.0.0.1") << hop;
    EXPECT_EQ(client("10.0.0.1", std::string("for=") + hop), "10.0.0.1") << hop;
  }
  EXPECT_EQ(client("10.0.0.1", "proto=https"), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", {}, "203.0.113.9, unknown, 10.0.0.2"), "10.0.0.2");
}

TEST_F(Proxies, FieldsThatDisagreeNameNoClient) {
  EXPECT_EQ(client("10.0.0.1", "for=203.0.113.9", "198.51.100.1"), "10.0.0.1");
  EXPECT_EQ(client("10.0.0.1", "for=203.0.113.9", "203.0.113.9"), "203.0.113.9");
}

}  // namespace
}  // namespace firstcome::net
