#include "cli/progress_line.h"

#include <gtest/gtest.h>

namespace firstcome::cli {
namespace {

TEST(ProgressBarTest, ShowsTheDonePartAndTheRemainingTime) {
  EXPECT_EQ(progress_bar("audit", 0, 0, milliseconds{0}), "audit    0% [..............................]");
  EXPECT_EQ(progress_bar("audit", 50, 100, milliseconds{100}),
            "audit   50% [###############...............]");
  EXPECT_EQ(progress_bar("audit", 25, 100, milliseconds{1000}),
            "audit   25% [#######.......................] 3.0 s left");
  EXPECT_EQ(progress_bar("audit", 100, 100, milliseconds{90'000}),
            "audit  100% [##############################] 0 ms left");
}

}  // namespace
}  // namespace firstcome::cli
