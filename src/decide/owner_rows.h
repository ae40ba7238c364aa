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
  UserId user;  ///< 0: not known yet, while rows are loaded
  Timestamp issued_at;
};

/// Rows by number, from 0, in pieces that never move: copies share the pieces, and a copy may read the rows
/// it knew while more are written. Pieces double up to a megabyte, so that neither a small policy nor a large
/// one pays for many rows it does not have.
class OwnerRows {
 public:
  [[nodiscard]] const OwnerRow& operator[](std::size_t row) const {
    const Place at = place_of(row);
    return pieces_[at.piece][at.row];
  }
  /// The row to write; it and those before it are there from now on.
  OwnerRow& at(std::size_t row) {
    const Place at = place_of(row);
    while (pieces_.size() <= at.piece) {
      pieces_.push_back(std::make_shared<OwnerRow[]>(size_of_piece(pieces_.size())));
    }
    return pieces_[at.piece][at.row];
  }

 private:
  static constexpr std::size_t kFirst = 16;      // rows of the first piece; the second is as large
  static constexpr std::size_t kMost = 1 << 16;  // rows of a piece
  static constexpr std::size_t kDoubling = 13;   // pieces before all are of kMost

  struct Place {
    std::size_t piece, row;
  };
  static Place place_of(std::size_t row) {
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
