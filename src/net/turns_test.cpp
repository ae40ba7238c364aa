#include "net/turns.h"

#include <gmock/gmock.h>

#include <array>
#include <deque>
#include <random>
#include <string>
#include <vector>

namespace firstcome::net {
namespace {

using testing::ElementsAre;

const PeerAddress kOne = *PeerAddress::parse("192.0.2.1");
const PeerAddress kTwo = *PeerAddress::parse("192.0.2.2");

std::vector<int> all_of(Turns<int>& turns) {
  std::vector<int> items;
  while (!turns.empty()) items.push_back(turns.next());
  return items;
}

TEST(Turns, AnAddressWithFewItemsWaitsForOneItemOfEachOther) {
  Turns<int> turns;
  for (const int item : {1, 2, 3, 4}) turns.add(kOne, item);
  turns.add(kTwo, 10);
  EXPECT_THAT(all_of(turns), ElementsAre(1, 10, 2, 3, 4));
}

TEST(Turns, ItemsOfOneAddressAreTakenInTheirOrder) {
  Turns<int> turns;
  turns.add(kOne, 1);
  turns.add(kOne, 2);
  EXPECT_EQ(turns.next(), 1);
  turns.add(kOne, 1);
  EXPECT_THAT(all_of(turns), ElementsAre(2, 1));
}

TEST(Turns, CountsTheItemsOfAllAndOfOne) {
  Turns<int> turns;
  for (const int item : {1, 2, 3}) turns.add(kOne, item);
  turns.add(kTwo, 10);
  EXPECT_EQ(turns.size(), 4U);
  EXPECT_EQ(turns.size(kOne), 3U);
  turns.next();
  EXPECT_EQ(turns.size(), 3U);
  EXPECT_EQ(turns.size(kOne), 2U);
  turns.clear();
  EXPECT_EQ(turns.size() + turns.size(kOne) + turns.size(kTwo), 0U);
  EXPECT_TRUE(turns.empty());
}

TEST(Turns, AgreeWithASimpleModel) {
  std::mt19937 chance(1);
  Turns<int> turns;
  std::array<std::deque<int>, 5> lines;
  std::deque<std::size_t> order;
  for (int step = 0; step < 20'000; ++step) {
    if (turns.empty() || chance() % 2 == 0) {
      const std::size_t client = chance() % lines.size();
      turns.add(*PeerAddress::parse("192.0.2." + std::to_string(client)), step);
      if (lines[client].empty()) order.push_back(client);
      lines[client].push_back(step);
      continue;
    }
    const std::size_t client = order.front();
    order.pop_front();
    ASSERT_EQ(turns.next(), lines[client].front());
    lines[client].pop_front();
    if (!lines[client].empty()) order.push_back(client);
  }
}

TEST(Turns, OneClientIsA64OfIpv6) {
  Turns<int> turns;
  turns.add(*PeerAddress::parse("2001:db8::1"), 1);
  turns.add(*PeerAddress::parse("2001:db8::2"), 2);
  turns.add(kTwo, 10);
  EXPECT_THAT(all_of(turns), ElementsAre(1, 10, 2));
}

}  // namespace
}  // namespace firstcome::net
