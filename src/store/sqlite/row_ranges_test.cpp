#include "store/sqlite/row_ranges.h"

#include <gmock/gmock.h>

namespace firstcome::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Range = RowRanges::Range;

TEST(RowRanges, CoverEachAddedRowAndItsNeighbours) {
  RowRanges rows;
  EXPECT_THAT(rows.ranges(), IsEmpty());
  rows.add(1'000);
  rows.add(70);
  rows.add(1);
  rows.add(70);
  EXPECT_THAT(rows.ranges(), ElementsAre(Range{0, 127}, Range{960, 1023}));
}

TEST(RowRanges, AreOneForATableWithoutOtherRows) {
  RowRanges rows;
  for (std::int64_t row = 10'000; row >= 1; --row) rows.add(row);
  EXPECT_THAT(rows.ranges(), ElementsAre(Range{0, 10'047}));
}

}  // namespace
}  // namespace firstcome::store
