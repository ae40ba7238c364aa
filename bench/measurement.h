#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

/// Measuring and printing for the benchmarks: one line per measurement, as a table or as JSON for bench/run.
namespace firstcome::bench {

struct Spread {
  double low, median, high;
};

inline Spread spread(std::vector<double> numbers) {
  std::sort(numbers.begin(), numbers.end());
  return {numbers.front(), numbers[numbers.size() / 2], numbers.back()};
}

/// Ends the program with a message if the condition is false.
inline void must(bool right, const std::string& what) {
  if (right) return;
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

/// The time of a call in seconds.
template <class Run>
double seconds(Run run) {
  const auto begin = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

inline void print(bool json, const std::string& name, const Spread& s, const char* unit) {
  if (json) {
    std::printf("{\"name\":\"%s\",\"unit\":\"%s\",\"low\":%.4f,\"median\":%.4f,\"high\":%.4f}\n",
                name.c_str(), unit, s.low, s.median, s.high);
  } else {
    std::printf("%-56s %8.2f %8.2f %8.2f  %s\n", name.c_str(), s.low, s.median, s.high, unit);
  }
}

}  // namespace firstcome::bench
