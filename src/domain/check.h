#pragma once

#include <cstdio>
#include <cstdlib>

/// Stops the process if an assumption between parts of firstcome is wrong: its state can no longer be trusted to
/// answer users. On in every build.
#define CHECK(condition)                                                                                \
  do {                                                                                                  \
    if (!(condition)) [[unlikely]] {                                                                    \
      std::fprintf(stderr, "firstcome: broken promise at %s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                                     \
    }                                                                                                   \
  } while (false)
