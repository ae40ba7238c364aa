#pragma once

#include <cstddef>

namespace firstcome::decide {

/// Asks the memory for an object, without waiting for it.
inline void prefetch_memory(const void* object, std::size_t size = 1) {
  constexpr std::size_t kCacheLine = 64;
  for (std::size_t i = 0; i < size; i += kCacheLine) {
    __builtin_prefetch(static_cast<const char*>(object) + i);
  }
  asm volatile("");  // gcc takes a function that only prefetches for one without effect, and drops its calls
}

}  // namespace firstcome::decide
