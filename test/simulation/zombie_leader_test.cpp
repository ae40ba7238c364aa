#include <gtest/gtest.h>

#include "simulation.h"

/// A partition leader that is disconnected from the other brokers without having detected it still returns an
/// end of the partition. These tests show its effect on callers.
namespace firstcome::simulation {
namespace {

constexpr std::uint64_t kRunsWithZombies = 300;

/// Checks the row at the beginning of the text: "policy 7, user 42 (line 12): …".
bool is_about_an_early_refusal(const std::string& text, const SimulationResult& outcome) {
  const check::Evidence& evidence = outcome.left.evidence;
  static const std::string kLine = "(line ";
  const std::size_t found = text.find(kLine);
  if (found == std::string::npos) return false;
  const std::int64_t number = std::stoll(text.substr(found + kLine.size())) - evidence.first_line;
  const check::HistoryRow& row = evidence.history.at(static_cast<std::size_t>(number));
  return row.is_early() && row.code != Code::Success;
}

TEST(AZombieLeader, MakesEarlyRefusalsStaleAndNoOtherAnswerWrong) {
  std::int64_t stale = 0;
  for (std::uint64_t seed = 1; seed <= kRunsWithZombies; ++seed) {
    const SimulationResult outcome =
        simulate(seed, false, [](SimulationPlan& plan) { plan.zombie_leaders = 8; });
    EXPECT_TRUE(outcome.complaints.empty()) << "seed " << seed << ": " << outcome.complaints.front();
    for (std::size_t i = 0; i < check::kChecks; ++i) {
      const auto check = static_cast<check::Invariant>(i);
      for (const std::string& text : outcome.report.of(check).first) {
        EXPECT_TRUE(is_about_an_early_refusal(text, outcome))
            << "seed " << seed << ", " << check::name_of(check) << ": " << text;
        ++stale;
      }
    }
  }
  EXPECT_GT(stale, 0) << "no refusal was stale, so the test has shown nothing";
}

}  // namespace
}  // namespace firstcome::simulation
