#pragma once

#include <cstdint>

namespace firstcome::load {

/// Selects an exact share of a sequence, evenly: with 20 %, 200 of every 1,000 in a row.
class Share {
 public:
  explicit Share(std::int64_t millionths) : millionths_(millionths) {}

  bool next() {
    sum_ += millionths_;
    if (sum_ < kWhole) return false;
    sum_ -= kWhole;
    return true;
  }

 private:
  static constexpr std::int64_t kWhole = 1'000'000;
  std::int64_t millionths_;
  std::int64_t sum_ = 0;
};

}  // namespace firstcome::load
