#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string_view>
#include <vector>

#include "decide/growing_rows.h"

namespace firstcome::decide {

/// The imported codes of one policy: the text of each by its sequence, and the sequence of each by its text. Codes are only
/// added. One thread adds, any thread reads.
///
/// Texts are in blocks that never move. A code takes its length, 5 bytes for its place, and 5 to 5.6 bytes in the index, an
/// open-addressing table whose parts grow by an eighth, so no pause is long and growing needs no second copy.
class ImportedCodes {
 public:
  /// Room for this number of codes in the index.
  explicit ImportedCodes(std::size_t expected = 0);

  /// The sequence of the coupon with this code, issued or not.
  [[nodiscard]] std::optional<std::int64_t> find(std::string_view code) const;
  /// The code of the coupon with this sequence; empty if there is none. Valid as long as this object.
  [[nodiscard]] std::string_view code_of(std::int64_t sequence) const;
  [[nodiscard]] std::int64_t size() const;

  /// The next code. False if the policy has it already.
  bool add(std::string_view code) { return load(size_ + 1, code); }
  /// A saved code; any order. False if the sequence or the code is there already.
  [[nodiscard]] bool load(std::int64_t sequence, std::string_view code);

 private:
  /// A sequence, and some bits of the hash, which decide most comparisons without the text. 0: free.
  using Slot = std::uint32_t;
  /// The number of the block and the first byte in it. 0: none.
  using Place = std::uint32_t;
  struct Part {
    std::unique_ptr<Slot[]> slots;
    std::size_t capacity = 0;
    std::size_t taken = 0;
  };

  [[nodiscard]] Part& part_of(std::uint64_t hash) { return parts_[hash % parts_.size()]; }
  [[nodiscard]] const Part& part_of(std::uint64_t hash) const { return parts_[hash % parts_.size()]; }
  [[nodiscard]] std::size_t find(const Part& part, std::uint64_t hash, std::string_view code) const;
  [[nodiscard]] std::string_view text_of(std::int64_t sequence) const;
  Place store(std::string_view code);
  void insert(std::uint64_t hash, std::int64_t sequence);
  void resize(Part& part, std::size_t capacity);
  void spread();

  mutable std::shared_mutex mutex_;  // guards all below; the thread that adds reads without it
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_taken_ = 0;  ///< bytes of the last block
  GrowingRows<Place> places_;
  std::vector<Part> parts_;
  std::int64_t size_ = 0;
};

}  // namespace firstcome::decide
