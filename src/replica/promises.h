#pragma once

#include <cstdint>

namespace firstcome::replica {

/// When a partition is loaded again: what becomes of the decisions that this node has given its callers.
enum class Promises : std::uint8_t {
  Keep,  ///< deciding again has to lead to the same state; a different one is a contradiction
  Drop,  ///< an operator has decided what is right
};

}  // namespace firstcome::replica
