#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace firstcome::store {

/// Ranges of row ids that cover some rows of a table. A search costs as much as 15 to 20 rows of a scan, so rows near each
/// other are in one range, with the other rows between them. Takes a bit for each kRowsOfBlock rows of the table.
class RowRanges {
 public:
  struct Range {
    std::int64_t first = 0;
    std::int64_t last = 0;

    bool operator==(const Range&) const = default;
  };

  /// About a page of small rows.
  static constexpr std::int64_t kRowsOfBlock = 64;

  /// `row` is not negative.
  void add(std::int64_t row);
  /// Ascending.
  [[nodiscard]] std::vector<Range> ranges() const;

 private:
  std::vector<bool> blocks_;  ///< true: has one of the rows
};

}  // namespace firstcome::store
