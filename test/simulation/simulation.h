#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "check/naive_model.h"
#include "check/report.h"
#include "cluster.h"
#include "left_behind.h"

namespace firstcome::simulation {

/// How one seed's run ended.
struct SimulationResult {
  std::uint64_t trace_hash = 0;
  std::vector<std::string> complaints;  ///< of broken promises between parts, seen while running
  check::Report report;
  Coverage coverage;
  LeftBehind left;
  /// Of each partition that is halted in the store or out of service on a node: why.
  std::map<Partition, std::string> out_of_service;
  bool saved_before_made_again = false;  ///< see Cluster

  [[nodiscard]] bool kept_every_promise() const { return complaints.empty() && report.clean(); }
};

/// One run of the whole system: nothing but the seed, and `adjust`, decides what happens.
SimulationResult simulate(std::uint64_t seed, bool print_trace = false, const AdjustPlan& adjust = {});

}  // namespace firstcome::simulation
