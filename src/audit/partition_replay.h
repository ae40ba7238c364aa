#pragma once

#include <algorithm>

#include "audit/batch_comparison.h"
#include "audit/code_comparison.h"
#include "audit/decode_ahead.h"
#include "audit/life_comparison.h"
#include "audit/list_comparison.h"
#include "audit/row_comparison.h"
#include "audit/start.h"
#include "journal/record_json.h"

namespace firstcome::audit {

/// Decides the records of one partition again and compares the store with the result. `stored` and `differences`
/// must outlive it.
class PartitionReplay {
 public:
  PartitionReplay(Partition self, const store::Settings& settings, const StoredPartition& stored, Start start,
                  Differences& differences);

  /// The offset to read from. It includes the record before the start, for its checksum, if the journal has it.
  [[nodiscard]] Offset read_from(Offset journal_start) const {
    return std::max(journal_start, start_.offset - 1);
  }
  /// Decides the records below `until`, in order. Error: the journal has rules that this version does not support.
  Status apply(const DecodeAhead::Chunk& chunk, Offset until);
  /// All records below `until` are decided.
  void finish(Offset until);

  /// The rules version for decoding the next records.
  [[nodiscard]] std::int32_t rules() const { return start_.decider.rules(); }
  [[nodiscard]] std::int64_t records() const { return records_; }
  /// True if the checksum of the record before the position was compared.
  [[nodiscard]] bool identity_checked() const { return identity_checked_; }
  [[nodiscard]] bool position_hash_differs() const { return batches_.position_hash_differs(); }

 private:
  Status decide(const Record& record);
  void check_identity(const journal::RawRecord& raw);

  const Partition self_;
  const StoredPartition& stored_;
  Differences& differences_;
  Start start_;
  BatchComparison batches_;
  RowComparison rows_;
  LifeComparison lives_;
  ListComparison lists_;
  CodeComparison codes_;
  journal::RecordDecoder decoder_;
  Record decoded_again_;
  Offset identity_at_;
  bool identity_checked_ = false;
  std::int64_t records_ = 0;
};

}  // namespace firstcome::audit
