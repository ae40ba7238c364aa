#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <memory>
#include <vector>

#include "domain/ids.h"
#include "domain/time.h"

namespace firstcome::decide {

struct OwnerRow {
  UserId user;  ///< 0 while the row is not loaded yet
  Timestamp issued_at;
};

/// Rows by number, 0-based, in pieces that never move. Copies share the pieces: a copy can read the rows that
/// existed when it was made, while other rows are written. The size of a piece doubles up to a megabyte, so a
/// policy of any size wastes little memory.
class OwnerRows {
 public:
  [[nodiscard]] const OwnerRow& operator[](std::size_t row) const {
    const Cell at = cell_of(row);
    return pieces_[at.piece][at.row];
  }
  /// The row for writing. Allocates it and all rows before it.
  OwnerRow& at(std::size_t row) {
    const Cell at = cell_of(row);
    while (pieces_.size() <= at.piece) {
      pieces_.push_back(std::make_shared<OwnerRow[]>(size_of_piece(pieces_.size())));
    }
    return pieces_[at.piece][at.row];
  }

 private:
  static constexpr std::size_t kFirst = 16;      // rows of the first and of the second piece
  static constexpr std::size_t kMost = 1 << 16;  // rows of the largest piece
  static constexpr std::size_t kDoubling = 13;   // number of pieces that are smaller than kMost

  struct Cell {
    std::size_t piece, row;
  };
  static Cell cell_of(std::size_t row) {
    if (row >= kMost) return {kDoubling - 1 + row / kMost, row % kMost};
    const auto piece = static_cast<std::size_t>(std::bit_width(row / kFirst));
    return {piece, piece == 0 ? row : row - (kFirst << (piece - 1))};
  }
  static std::size_t size_of_piece(std::size_t piece) {
    if (piece == 0) return kFirst;
    return piece < kDoubling ? kFirst << (piece - 1) : kMost;
  }

  std::vector<std::shared_ptr<OwnerRow[]>> pieces_;
};

}  // namespace firstcome::decide
