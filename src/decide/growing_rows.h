#pragma once

#include <bit>
#include <cstddef>
#include <memory>
#include <vector>

namespace firstcome::decide {

/// Rows by number, 0-based, in pieces that never move. Copies share the pieces: a copy can read the rows that
/// existed when it was made, while other rows are written. The size of a piece doubles up to kMost rows, so a
/// policy of any size wastes little memory. A piece without rows takes none.
template <class Row>
class GrowingRows {
 public:
  /// A row that was written before.
  [[nodiscard]] const Row& operator[](std::size_t row) const {
    const Cell at = cell_of(row);
    return pieces_[at.piece][at.row];
  }
  /// Null if no row of the piece was written; a new Row{} if others were, but not this one.
  [[nodiscard]] const Row* find(std::size_t row) const {
    const Cell at = cell_of(row);
    if (at.piece >= pieces_.size() || pieces_[at.piece] == nullptr) return nullptr;
    return &pieces_[at.piece][at.row];
  }
  /// The row for writing. Allocates its piece.
  Row& at(std::size_t row) {
    const Cell at = cell_of(row);
    if (pieces_.size() <= at.piece) pieces_.resize(at.piece + 1);
    if (pieces_[at.piece] == nullptr) pieces_[at.piece] = std::make_shared<Row[]>(size_of_piece(at.piece));
    return pieces_[at.piece][at.row];
  }
  /// Number of rows from `row` to the end of its piece.
  [[nodiscard]] static std::size_t left_in_piece(std::size_t row) {
    const Cell at = cell_of(row);
    return size_of_piece(at.piece) - at.row;
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

  std::vector<std::shared_ptr<Row[]>> pieces_;
};

}  // namespace firstcome::decide
