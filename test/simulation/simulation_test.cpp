#include "simulation.h"

#include <gtest/gtest.h>

namespace firstcome::simulation {
namespace {

TEST(ASimulatedRun, IsTheSameForTheSameSeed) {
  for (const std::uint64_t seed : {3U, 17U, 104U}) {
    const SimulationResult once = simulate(seed);
    const SimulationResult again = simulate(seed);
    EXPECT_EQ(once.trace_hash, again.trace_hash) << "seed " << seed;
    EXPECT_EQ(once.coverage, again.coverage) << "seed " << seed;
  }
}

TEST(ASimulatedRun, DiffersForAnotherSeed) { EXPECT_NE(simulate(3).trace_hash, simulate(4).trace_hash); }

}  // namespace
}  // namespace firstcome::simulation
