#pragma once

#include <cstdint>

namespace firstcome::load {

/// Picks a share of what passes by, evenly and exactly: of any thousand in a row, 20 % are 200.
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
