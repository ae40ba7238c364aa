#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "domain/home.h"
#include "simulation.h"

/// A node decides differently than the others, because of damage or a bug. The system must detect it.
namespace firstcome::simulation {
namespace {

constexpr std::uint64_t kSeeds = 200;

/// One node reads a request wrong. No node crashes, because a restart would forget the answers.
SimulationResult run_with_a_deviant(std::uint64_t seed) {
  return simulate(seed, false, [seed](SimulationPlan& plan) {
    plan.nodes = std::max(plan.nodes, 2);
    plan.deviant = static_cast<int>(seed % static_cast<std::uint64_t>(plan.nodes));
    plan.node_crashes = 0;
  });
}

/// Coupons that one user got as the answer and that belong to another user in the store, or to none.
std::map<Partition, int> overruled(const SimulationResult& outcome) {
  std::map<std::pair<PolicyId, std::int64_t>, UserId> owners;
  for (const auto& row : outcome.left.evidence.store->coupons) {
    owners[{row.coupon.policy, row.coupon.sequence}] = row.coupon.user;
  }
  std::map<Partition, int> found;
  for (const check::HistoryRow& row : outcome.left.evidence.history) {
    if (!row.got(Code::Success)) continue;
    const auto owner = owners.find({row.policy, row.sequence});
    if (owner == owners.end() || owner->second != row.user) {
      ++found[home(row.policy, outcome.left.home_partitions)];
    }
  }
  return found;
}

/// True if the reason contains the difference: the hashes, a record, or a row that the store rejected.
bool names_the_difference(const std::string& reason) {
  for (const char* text : {"state hash 0x", "was refused", "is not the one that was decided",
                           "is not the one that was saved", "decides differently than it answered"}) {
    if (reason.find(text) != std::string::npos) return true;
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
      EXPECT_TRUE(names_the_difference(reason)) << "seed " << seed << ": " << reason;
    }
  }
  // Otherwise the test has shown nothing.
  EXPECT_GT(overruled_loudly, 0);
  EXPECT_GT(out_of_service, static_cast<int>(kSeeds) / 4);
}

}  // namespace
}  // namespace firstcome::simulation
