#pragma once

#include <string>

#include "audit/difference.h"
#include "audit/stored_rows.h"

namespace firstcome::audit {

/// Compares the batches and the position of one partition with the replay: the code of every offset, the state at
/// the end of every batch, and the state at the position.
class BatchComparison {
 public:
  /// `compares_hashes`: false if the hash at the start is wrong, because then every later hash is wrong, too.
  BatchComparison(Partition self, const StoredPartition& stored, Offset start, bool compares_hashes,
                  Differences& differences);

  /// Reports gaps and overlaps of the batches, from the start to the position.
  void check_coverage();
  [[nodiscard]] bool position_hash_differs() const { return position_hash_differs_; }
  /// All records before `offset` are decided; `state` is the state after them.
  void reached(Offset offset, const PartitionState& state) {
    if (offset >= next_state_) compare_states(offset, state);
  }
  /// The record at `offset` is decided. Offsets rise; skipped offsets have no record.
  void decided(Offset offset, Code code) {
    for (; next_offset_ < offset; ++next_offset_) compare(next_offset_, Code::None);
    compare(next_offset_++, code);
  }

 private:
  void compare(Offset offset, Code code) {
    while (batch_ < stored_.batches.size() && offset >= stored_.batches[batch_].end()) ++batch_;
    if (batch_ == stored_.batches.size()) return;  // check_coverage() reports it
    const store::BatchRow& batch = stored_.batches[batch_];
    if (offset < batch.first_offset) return;
    const std::uint8_t saved = batch.codes[static_cast<std::size_t>(offset - batch.first_offset)];
    if (saved != static_cast<std::uint8_t>(code)) [[unlikely]]
      differ(offset, code, saved);
  }
  void differ(Offset offset, Code code, std::uint8_t saved);
  void compare_states(Offset offset, const PartitionState& state);
  void compare(const std::string& where, Difference::About about, const PartitionState& replayed,
               const PartitionState& saved);
  void add(Difference::About about, std::string text) {
    differences_.add({.about = about, .partition = self_, .text = std::move(text)});
  }
  void find_next_state();

  const Partition self_;
  const StoredPartition& stored_;
  const Offset start_;
  const bool compares_hashes_;
  Differences& differences_;
  const std::string name_;  ///< "partition 0"

  Offset next_offset_;           ///< the next offset to compare
  std::size_t batch_ = 0;        ///< the first batch that may have it
  std::size_t ending_ = 0;       ///< the first batch whose end is not reached
  bool position_ahead_ = false;  ///< the position is not reached
  bool position_hash_differs_ = false;
  Offset next_state_ = 0;  ///< the next offset with a stored state
};

}  // namespace firstcome::audit
