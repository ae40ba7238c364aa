#pragma once

#include <string>

#include "audit/difference.h"
#include "audit/stored_rows.h"

namespace firstcome::audit {

/// Compares what the store says about places of one partition with the replay that comes by them: the outcome
/// at every offset, the state at every batch's end and at the position.
class BatchComparison {
 public:
  /// `hashes`: false when the replay began with rows whose hash is not the saved one, so that no later one
  /// can be.
  BatchComparison(Partition self, const StoredPartition& stored, Offset start, bool hashes,
                  Differences& differences);

  /// Do the batches lie one behind the other from the start up to the position?
  void check_tiling();
  /// The state hash at the store's position is not the journal's.
  [[nodiscard]] bool position_hash_differs() const { return position_hash_differs_; }
  /// All records before `offset` are decided, and `state` is what they have led to.
  void reached(Offset offset, const PartitionState& state) {
    if (offset >= next_state_) compare_states(offset, state);
  }
  /// The record at `offset`, behind all those before, was decided. Offsets passed over are holes.
  void decided(Offset offset, Code code) {
    for (; next_offset_ < offset; ++next_offset_) compare(next_offset_, Code::None);
    compare(next_offset_++, code);
  }

 private:
  void compare(Offset offset, Code code) {
    while (batch_ < stored_.batches.size() && offset >= stored_.batches[batch_].end()) ++batch_;
    if (batch_ == stored_.batches.size()) return;  // check_tiling() has told
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
  void await_next_state();

  const Partition self_;
  const StoredPartition& stored_;
  const Offset start_;
  const bool hashes_;
  Differences& differences_;
  const std::string name_;  ///< "partition 0"

  Offset next_offset_;      ///< whose outcome is compared next
  std::size_t batch_ = 0;   ///< the first that may hold it
  std::size_t ending_ = 0;  ///< the first whose end is ahead
  bool position_ahead_ = false;
  bool position_hash_differs_ = false;
  Offset next_state_ = 0;  ///< the nearest of the two
};

}  // namespace firstcome::audit
