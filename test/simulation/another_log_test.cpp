#include <gtest/gtest.h>

#include "simulation.h"

/// An operator deletes the topic and makes it again while nodes run, are stalled, or are cut off, and other
/// programs fill the new one past where the nodes were.
namespace firstcome::simulation {
namespace {

constexpr std::uint64_t kRunsOnAnotherLog = 200;

SimulationResult run_with_another_topic(std::uint64_t seed) {
  return simulate(seed, false, [](Plan& plan) {
    plan.topic_made_again = true;
    plan.store_crashes = 0;  // it could lose everything that was ever saved
  });
}

TEST(ATopicMadeAgain, IsDecidedByNoNodeAndTakesItsPartitionsOutOfService) {
  int out_of_service = 0;
  for (std::uint64_t seed = 1; seed <= kRunsOnAnotherLog; ++seed) {
    const SimulationResult outcome = run_with_another_topic(seed);
    for (const std::string& complaint : outcome.complaints) {
      EXPECT_EQ(complaint.find("a record of another log was decided"), std::string::npos) << "seed " << seed;
    }
    for (const check::PositionFact& position : outcome.left.evidence.store->positions) {
      // Where nothing was ever saved, nodes that start may take any log for theirs.
      if (position.next_offset == 0 || !outcome.saved_before_made_again) continue;
      EXPECT_TRUE(outcome.out_of_service.contains(position.partition))
          << "seed " << seed << ", partition " << position.partition;
    }
    out_of_service += static_cast<int>(outcome.out_of_service.size());
  }
  EXPECT_GT(out_of_service, static_cast<int>(kRunsOnAnotherLog))
      << "nearly every partition, three of them on average";
}

}  // namespace
}  // namespace firstcome::simulation
