#pragma once

#include <cstdint>

namespace firstcome::replica {

/// What to do, when a partition is loaded again, with the answers that this node has already given from it.
enum class PriorAnswers : std::uint8_t {
  Verify,   ///< the new decisions must lead to the same state; a different state is a contradiction
  Discard,  ///< an operator has decided which state is right
};

}  // namespace firstcome::replica
