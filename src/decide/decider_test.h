#pragma once

#include <gtest/gtest.h>

#include <string_view>

#include "decide/decider.h"
#include "test/kits/decide/scenario_runner.h"

namespace firstcome::decide {

class OnePartition : public testing::Test {
 protected:
  void run(std::string_view scenario) { EXPECT_EQ(scenario_.run(scenario), ""); }

  Decider decider_{0, 1};
  ScenarioRunner scenario_{decider_};
};

}  // namespace firstcome::decide
