#pragma once

#include <cstdio>
#include <cstdlib>

/// Stops the process when a promise between parts of firstcome is broken: going on would answer
/// users from a state nobody can vouch for. On in every build.
#define CHECK(condition)                                                                                \
  do {                                                                                                  \
    if (!(condition)) [[unlikely]] {                                                                    \
      std::fprintf(stderr, "firstcome: broken promise at %s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                                     \
    }                                                                                                   \
  } while (false)
