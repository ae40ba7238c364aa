#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "check/naive_model.h"
#include "check/report.h"
#include "cluster.h"
#include "left_behind.h"

namespace firstcome::simulation {

/// The result of the run of one seed.
struct SimulationResult {
  std::uint64_t trace_hash = 0;
  std::vector<std::string> complaints;  ///< violated assumptions between parts, found during the run
  check::Report report;
  Coverage coverage;
  LeftBehind left;
  /// The reason for each partition that is halted in the store or out of service on a node.
  std::map<Partition, std::string> out_of_service;
  bool saved_before_recreated = false;  ///< see Cluster

  [[nodiscard]] bool kept_every_promise() const { return complaints.empty() && report.clean(); }
};

/// Runs the whole system. Only the seed and `adjust` determine what happens.
SimulationResult simulate(std::uint64_t seed, bool print_trace = false, const AdjustPlan& adjust = {});

}  // namespace firstcome::simulation
