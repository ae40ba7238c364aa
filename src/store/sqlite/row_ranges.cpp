#include "store/sqlite/row_ranges.h"

#include <algorithm>

#include "domain/check.h"

namespace firstcome::store {

void RowRanges::add(std::int64_t row) {
  CHECK(row >= 0);
  const auto block = static_cast<std::size_t>(row / kRowsOfBlock);
  if (block >= blocks_.size()) blocks_.resize(std::max(block + 1, 2 * blocks_.size()));
  blocks_[block] = true;
}

std::vector<RowRanges::Range> RowRanges::ranges() const {
  std::vector<Range> found;
  for (std::size_t block = 0; block < blocks_.size(); ++block) {
    if (!blocks_[block]) continue;
    const std::int64_t first = static_cast<std::int64_t>(block) * kRowsOfBlock;
    const std::int64_t last = first + kRowsOfBlock - 1;
    if (!found.empty() && found.back().last + 1 == first) {
      found.back().last = last;
    } else {
      found.push_back({first, last});
    }
  }
  return found;
}

}  // namespace firstcome::store
