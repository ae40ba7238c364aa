#include "net/peer_address.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

namespace firstcome::net {
namespace {

PeerAddress address(std::string_view text) {
  const auto parsed = PeerAddress::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(PeerAddress{});
}

TEST(PeerAddress, AnIpv4ClientIsTheSameOnAListenerForBothFamilies) {
  sockaddr_storage storage{};
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  v4->sin_family = AF_INET;
  v4->sin_addr.s_addr = htonl(0xc0000201);
  EXPECT_EQ(PeerAddress::of(storage), address("192.0.2.1"));
  EXPECT_EQ(address("::ffff:192.0.2.1"), address("192.0.2.1"));
  EXPECT_EQ(address("::ffff:192.0.2.1").text(), "192.0.2.1");
}

TEST(PeerAddress, IsReadFromAnIpv6Socket) {
  sockaddr_storage storage{};
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  v6->sin6_family = AF_INET6;
  v6->sin6_addr.s6_addr[0] = 0x20;
  v6->sin6_addr.s6_addr[15] = 9;
  EXPECT_EQ(PeerAddress::of(storage).text(), "2000::9");
}

TEST(PeerAddress, OneClientHasAnIpv4AddressOrA64OfIpv6) {
  EXPECT_EQ(address("192.0.2.1").prefix().text(), "192.0.2.1");
  EXPECT_EQ(address("2001:db8:1:2:3:4:5:6").prefix().text(), "2001:db8:1:2::");
  EXPECT_EQ(address("2001:db8:1:2::1").prefix(), address("2001:db8:1:2:ffff::").prefix());
  EXPECT_NE(address("2001:db8:1:2::1").prefix(), address("2001:db8:1:3::1").prefix());
  EXPECT_NE(hash_value(address("192.0.2.1")), hash_value(address("192.0.2.2")));
}

TEST(PeerAddress, LoopbackIsOfBothFamilies) {
  for (const char* text : {"127.0.0.1", "127.9.8.7", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(address(text).is_loopback()) << text;
  }
  for (const char* text : {"128.0.0.1", "::", "::2", "1::1"})
    EXPECT_FALSE(address(text).is_loopback()) << text;
}

TEST(PeerAddress, OtherTextsAreNone) {
  for (const char* text : {"", "localhost", "127.0.0.1:80", "[::1]", "1.2.3", "256.1.1.1", "::1%lo"}) {
    EXPECT_FALSE(PeerAddress::parse(text)) << text;
  }
  EXPECT_EQ(PeerAddress{}.text(), "::");
}

}  // namespace
}  // namespace firstcome::net
