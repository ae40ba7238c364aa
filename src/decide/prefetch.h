#pragma once

#include <cstddef>

namespace firstcome::decide {

/// Prefetches the cache lines of an object.
inline void prefetch_memory(const void* object, std::size_t size = 1) {
  constexpr std::size_t kCacheLine = 64;
  for (std::size_t i = 0; i < size; i += kCacheLine) {
    __builtin_prefetch(static_cast<const char*>(object) + i);
  }
  // Without this line gcc assumes that a function which only prefetches has no effect, and removes its calls.
  asm volatile("");
}

}  // namespace firstcome::decide
