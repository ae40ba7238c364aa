#include "api/address_limits.h"

#include <gtest/gtest.h>

namespace firstcome::api {
namespace {

const Instant kEvening = Instant{} + std::chrono::hours(20);

net::PeerAddress from(std::string_view text) { return *net::PeerAddress::parse(text); }

TEST(AddressLimits, AnAddressHasAsManyOpenConnectionsAsTheLimit) {
  const net::TrustedProxies proxies;
  AddressLimits limits({.connections = 2}, proxies);
  EXPECT_TRUE(limits.admit(from("192.0.2.1"), 0, kEvening));
  EXPECT_TRUE(limits.admit(from("192.0.2.1"), 1, kEvening));
  EXPECT_FALSE(limits.admit(from("192.0.2.1"), 2, kEvening));
}

TEST(AddressLimits, NewConnectionsHaveARate) {
  const net::TrustedProxies proxies;
  AddressLimits limits({.connection_rate = 3}, proxies);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limits.admit(from("192.0.2.1"), 0, kEvening));
  EXPECT_FALSE(limits.admit(from("192.0.2.1"), 0, kEvening));
  EXPECT_TRUE(limits.admit(from("192.0.2.2"), 0, kEvening)) << "another address";
  EXPECT_TRUE(limits.admit(from("192.0.2.1"), 0, kEvening + std::chrono::seconds(1)));
  for (const char* address : {"2001:db8::1", "2001:db8::2", "2001:db8::3"}) {
    EXPECT_TRUE(limits.admit(from(address), 0, kEvening));
  }
  EXPECT_FALSE(limits.admit(from("2001:db8::4"), 0, kEvening)) << "a client has its whole /64";
}

TEST(AddressLimits, LoopbackAndTrustedProxiesHaveNone) {
  const net::TrustedProxies proxies({*net::Network::parse("10.0.0.0/8")});
  AddressLimits limits({.connections = 1, .connection_rate = 1}, proxies);
  for (const char* address : {"127.0.0.1", "127.9.9.9", "::1", "10.1.2.3"}) {
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(limits.admit(from(address), 1000, kEvening)) << address;
  }
}

TEST(AddressLimits, AreOffByDefault) {
  const net::TrustedProxies proxies;
  AddressLimits limits({}, proxies);
  for (std::size_t i = 0; i < 10'000; ++i) EXPECT_TRUE(limits.admit(from("192.0.2.1"), i, kEvening));
}

}  // namespace
}  // namespace firstcome::api
