#include "domain/incarnations.h"

#include <gtest/gtest.h>

namespace firstcome {
namespace {

constexpr Era kEra = 1;

Incarnations three() {
  Incarnations all;
  all.begin(0xa, kEra, {0, 0});
  all.begin(0xb, kEra, {10, 0});
  all.begin(0xc, kEra, {20, 5});
  return all;
}

TEST(IncarnationsTest, EachIsValidFromItsFirstOffsetToTheNextEntry) {
  const Incarnations all = three();
  EXPECT_EQ(all.at(kEra, 0, 9), 0xau);
  EXPECT_EQ(all.at(kEra, 0, 10), 0xbu);
  EXPECT_EQ(all.at(kEra, 0, 19), 0xbu);
  EXPECT_EQ(all.at(kEra, 0, 20), 0xcu);
  EXPECT_EQ(all.at(kEra, 1, 0), 0xbu) << "the first has no record there";
  EXPECT_EQ(all.at(kEra, 1, 1'000'000), 0xcu);
}

TEST(IncarnationsTest, AStartWithoutRecordsLeavesNoEntry) {
  Incarnations all = three();
  all.begin(0xd, kEra, {20, 5});
  EXPECT_EQ(all.size(), 3u);
  EXPECT_EQ(all.at(kEra, 0, 20), 0xdu) << "tickets of the previous entry were made after the backup";
}

TEST(IncarnationsTest, ANewEraStartsItsOffsetsAgain) {
  Incarnations all = three();
  EXPECT_EQ(all.at(2, 0, 0), 0xcu);
  all.begin(0xd, 2, {0, 0});
  EXPECT_EQ(all.at(2, 0, 0), 0xdu);
  EXPECT_EQ(all.at(kEra, 0, 25), 0xcu);
}

TEST(IncarnationsTest, AnAddedPartitionBelongsToTheNewestEntry) { EXPECT_EQ(three().at(kEra, 7, 0), 0xcu); }

TEST(IncarnationsTest, APlaceBeforeTheFirstEntryBelongsToNone) {
  Incarnations all;
  EXPECT_EQ(all.at(kEra, 0, 3), 0u);
  all.begin(0xa, kEra, {4});
  EXPECT_EQ(all.at(kEra, 0, 3), 0u);
}

TEST(IncarnationsTest, TheTextIsParsedAgain) {
  EXPECT_EQ(three().text(), "000000000000000a:1:0,0;000000000000000b:1:10,0;000000000000000c:1:20,5;");
  EXPECT_EQ(Incarnations::parse(three().text()), three());
  EXPECT_EQ(Incarnations::parse(""), Incarnations{});
  for (const char* damaged :
       {"a", "a:1:", "a:1:0", "a:1:0,;", "a:1:0,1", ":1:0;", "a::0;", "a:1:x;", "a:1:0;b"}) {
    EXPECT_EQ(Incarnations::parse(damaged), std::nullopt) << damaged;
  }
}

TEST(IncarnationsTest, DrawnNumbersDiffer) { EXPECT_NE(Incarnations::draw(), Incarnations::draw()); }

}  // namespace
}  // namespace firstcome
