#include <gtest/gtest.h>

#include "simulation.h"

/// An operator deletes the topic and creates it again while nodes run, are stalled, or are disconnected.
/// Other programs append to the new topic until it is longer than the old one.
namespace firstcome::simulation {
namespace {

constexpr std::uint64_t kRunsOnAnotherLog = 200;

SimulationResult run_with_another_topic(std::uint64_t seed) {
  return simulate(seed, false, [](SimulationPlan& plan) {
    plan.topic_recreated = true;
    plan.store_crashes = 0;  // a crash could lose all saved rows
  });
}

TEST(ARecreatedTopic, IsDecidedByNoNodeAndTakesItsPartitionsOutOfService) {
  int out_of_service = 0;
  for (std::uint64_t seed = 1; seed <= kRunsOnAnotherLog; ++seed) {
    const SimulationResult outcome = run_with_another_topic(seed);
    for (const std::string& complaint : outcome.complaints) {
      EXPECT_EQ(complaint.find("a record of another log was decided"), std::string::npos) << "seed " << seed;
    }
    for (const check::PositionFact& position : outcome.left.evidence.store->positions) {
      // If nothing was saved before, a node that starts accepts any log.
      if (position.next_offset == 0 || !outcome.saved_before_recreated) continue;
      EXPECT_TRUE(outcome.out_of_service.contains(position.partition))
          << "seed " << seed << ", partition " << position.partition;
    }
    out_of_service += static_cast<int>(outcome.out_of_service.size());
  }
  EXPECT_GT(out_of_service, static_cast<int>(kRunsOnAnotherLog))
      << "nearly every partition is out of service, three on average";
}

}  // namespace
}  // namespace firstcome::simulation
