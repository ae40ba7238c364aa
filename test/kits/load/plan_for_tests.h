#pragma once

#include "load/plan.h"

namespace firstcome::load {

/// Two servers, policies 1, 2, … , and defaults.
inline Plan plan_for_tests(std::int64_t policies = 1) {
  Plan plan;
  plan.servers = {"127.0.0.1:8080", "127.0.0.1:8090"};
  for (std::int64_t id = 1; id <= policies; ++id) plan.policies.emplace_back(id);
  return plan;
}

}  // namespace firstcome::load
