#pragma once

#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <string_view>

#include "domain/time.h"

namespace firstcome::simulation {

/// Hashes all events of a run: two runs of a seed must have the same hash. Optionally prints the events.
class Trace {
 public:
  void print(bool on) { prints_ = on; }

  void note(milliseconds at, std::string_view what, std::initializer_list<std::int64_t> numbers) {
    fold(static_cast<std::uint64_t>(at.count()));
    for (const char c : what) fold(static_cast<unsigned char>(c));
    for (const std::int64_t number : numbers) fold(static_cast<std::uint64_t>(number));
    if (!prints_) return;
    std::printf("%7lld  %.*s", static_cast<long long>(at.count()), static_cast<int>(what.size()),
                what.data());
    for (const std::int64_t number : numbers) std::printf(" %lld", static_cast<long long>(number));
    std::printf("\n");
  }
  [[nodiscard]] std::uint64_t hash() const { return hash_; }

 private:
  void fold(std::uint64_t word) {
    hash_ = (hash_ ^ word) * 0x9e3779b97f4a7c15ULL;
    hash_ ^= hash_ >> 29;
  }

  std::uint64_t hash_ = 0x243f6a8885a308d3ULL;
  bool prints_ = false;
};

}  // namespace firstcome::simulation
