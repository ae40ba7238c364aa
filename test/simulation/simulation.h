#pragma once

#include <cstdint>

#include "check/evidence.h"
#include "world.h"

namespace firstcome::simulation {

/// How one seed's run ended.
struct Outcome {
  std::uint64_t trace_hash = 0;
  check::Findings findings;  ///< empty: every promise was kept
  Coverage coverage;
  check::Evidence evidence;
};

/// One run of the whole system: nothing but the seed decides what happens.
Outcome simulate(std::uint64_t seed, bool print_trace = false);

/// The run's journal, store and history as the checks read them.
check::Evidence gather(const World& world);

}  // namespace firstcome::simulation
