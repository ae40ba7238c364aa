#include "api/open_connections.h"

#include <gtest/gtest.h>

#include <string>

namespace firstcome::api {
namespace {

using net::PeerAddress;

PeerAddress address(int last) { return *PeerAddress::parse("192.0.2." + std::to_string(last)); }

void add(OpenConnections& connections, const PeerAddress& peer, int count) {
  for (int i = 0; i < count; ++i) ASSERT_TRUE(connections.try_add(peer, false));
}

TEST(OpenConnections, HaveALimitForEachListener) {
  OpenConnections connections(2, 1);
  add(connections, address(1), 2);
  EXPECT_FALSE(connections.try_add(address(2), false));
  EXPECT_TRUE(connections.try_add(address(2), true));
  EXPECT_FALSE(connections.try_add(address(2), true));
  EXPECT_EQ(connections.count(), 3U);
  connections.remove(address(1), false);
  EXPECT_TRUE(connections.try_add(address(2), false));
}

TEST(OpenConnections, TheLastTwentiethIsNotForAClientThatHasMoreThanHalf) {
  OpenConnections connections(100, 1);
  add(connections, address(2), 40);
  add(connections, address(1), 55);
  EXPECT_FALSE(connections.try_add(address(1), false));
  add(connections, address(2), 5);
  EXPECT_FALSE(connections.try_add(address(3), false)) << "at the limit";
}

TEST(OpenConnections, HaveNoSurplusUpToNinetyPercent) {
  OpenConnections connections(100, 1);
  add(connections, address(1), 90);
  EXPECT_FALSE(connections.surplus());
  add(connections, address(2), 1);
  EXPECT_TRUE(connections.surplus());
  connections.remove(address(1), false);
  EXPECT_FALSE(connections.surplus());
}

TEST(OpenConnections, TheSurplusIsOfTheClientThatHasMost) {
  OpenConnections connections(100, 1);
  add(connections, address(1), 20);
  add(connections, address(2), 50);
  add(connections, address(3), 25);
  const auto most = connections.surplus();
  ASSERT_TRUE(most);
  EXPECT_EQ(most->client, address(2));
  EXPECT_EQ(most->open, 50U);
  EXPECT_EQ(most->to_close, 10U) << "85 remain";
  EXPECT_EQ(connections.surplus(1)->client, address(2)) << "below the limit others have room";
  add(connections, address(1), 5);
  EXPECT_EQ(connections.surplus()->to_close, 15U);
  EXPECT_EQ(connections.surplus(1)->client, address(3));
  EXPECT_EQ(connections.surplus(1)->to_close, 1U);
  EXPECT_EQ(connections.surplus(7)->client, address(1)) << "the last one";
}

TEST(OpenConnections, ClientsOfOneA64AreOneClient) {
  OpenConnections connections(20, 1);
  for (int i = 0; i < 10; ++i) add(connections, *PeerAddress::parse("2001:db8::" + std::to_string(i + 1)), 1);
  add(connections, address(1), 9);
  EXPECT_EQ(connections.surplus()->open, 10U);
  EXPECT_EQ(connections.surplus()->client.text(), "2001:db8::");
}

TEST(OpenConnections, NoMoreAreClosedThanTheClientHas) {
  OpenConnections connections(100, 1);
  for (int client = 1; client <= 99; ++client) add(connections, address(client), 1);
  EXPECT_EQ(connections.surplus()->to_close, 1U);
}

TEST(OpenConnections, AVerySmallLimitHasNoSurplus) {
  OpenConnections connections(2, 1);
  add(connections, address(1), 2);
  EXPECT_FALSE(connections.surplus());
}

}  // namespace
}  // namespace firstcome::api
