#include <gtest/gtest.h>

#include <map>

#include "domain/home.h"
#include "simulation.h"

/// A node that decides differently than the others, by damage or a bug: what it does must be seen.
namespace firstcome::simulation {
namespace {

constexpr std::uint64_t kSeeds = 200;

/// Some node reads a request wrong. A restart would forget what was answered, so no node dies.
SimulationResult run_with_a_deviant(std::uint64_t seed) {
  return simulate(seed, false, [seed](Plan& plan) {
    plan.nodes = std::max(plan.nodes, 2);
    plan.deviant = static_cast<int>(seed % static_cast<std::uint64_t>(plan.nodes));
    plan.node_crashes = 0;
  });
}

/// Coupons that somebody was promised and that belong to somebody else in the store, or to no one.
std::map<Partition, int> overruled(const SimulationResult& outcome) {
  std::map<std::pair<PolicyId, std::int64_t>, UserId> holders;
  for (const auto& row : outcome.left.evidence.store->coupons) {
    holders[{row.coupon.policy, row.coupon.sequence}] = row.coupon.user;
  }
  std::map<Partition, int> found;
  for (const check::HistoryRow& row : outcome.left.evidence.history) {
    if (!row.is_told(Code::Success)) continue;
    const auto holder = holders.find({row.policy, row.sequence});
    if (holder == holders.end() || holder->second != row.user) {
      ++found[home(row.policy, outcome.left.home_partitions)];
    }
  }
  return found;
}

/// Says what differs: the hashes, a record, or a row that the store refused.
bool says_what_differs(const std::string& reason) {
  for (const char* words : {"state hash 0x", "was refused", "is another one", "not the one that was saved",
                            "decides differently than it answered"}) {
    if (reason.find(words) != std::string::npos) return true;
  }
  return false;
}

TEST(ANodeThatDecidesDifferently, NeverOverrulesASuccessSilently) {
  int overruled_loudly = 0;
  int out_of_service = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const SimulationResult outcome = run_with_a_deviant(seed);
    for (const auto& [partition, coupons] : overruled(outcome)) {
      overruled_loudly += coupons;
      EXPECT_TRUE(outcome.out_of_service.contains(partition))
          << "seed " << seed << ": " << coupons << " coupons of partition " << partition
          << " were promised to one user and belong to another";
    }
    for (const auto& [partition, reason] : outcome.out_of_service) {
      ++out_of_service;
      EXPECT_TRUE(says_what_differs(reason)) << "seed " << seed << ": " << reason;
    }
  }
  // Else nothing was shown.
  EXPECT_GT(overruled_loudly, 0);
  EXPECT_GT(out_of_service, static_cast<int>(kSeeds) / 4);
}

}  // namespace
}  // namespace firstcome::simulation
