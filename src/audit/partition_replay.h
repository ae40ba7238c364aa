#pragma once

#include "audit/batch_comparison.h"
#include "audit/decode_ahead.h"
#include "audit/row_comparison.h"
#include "audit/start.h"
#include "journal/record_json.h"

namespace firstcome::audit {

/// Decides the records of one partition once more and compares the store with it. `stored` and `differences`
/// outlive it.
class PartitionReplay {
 public:
  PartitionReplay(Partition self, const store::Settings& settings, const StoredPartition& stored, Start start,
                  Differences& differences);

  /// Where to read from: the record before the start is wanted too, for its checksum, where it still exists.
  [[nodiscard]] Offset read_from(Offset first_held) const { return std::max(first_held, start_.offset - 1); }
  /// Takes the records below `until`, in order. An error: the journal goes on by rules that this version does
  /// not know.
  Status apply(const DecodeAhead::Chunk& chunk, Offset until);
  /// All records below `until` have been taken.
  void finish(Offset until);

  /// By which what comes next is to be decoded.
  [[nodiscard]] std::int32_t rules() const { return start_.decider.rules(); }
  [[nodiscard]] std::int64_t records() const { return records_; }
  /// Was the record before the position seen, and compared with the checksum saved there?
  [[nodiscard]] bool identity_checked() const { return identity_checked_; }
  [[nodiscard]] bool position_hash_differs() const { return places_.position_hash_differs(); }

 private:
  Status decide(const Record& record);
  void check_identity(const journal::RawRecord& raw);

  const Partition self_;
  const StoredPartition& stored_;
  Differences& differences_;
  Start start_;
  BatchComparison places_;
  RowComparison rows_;
  journal::RecordDecoder decoder_;
  Record decoded_again_;
  Offset identity_at_;
  bool identity_checked_ = false;
  std::int64_t records_ = 0;
};

}  // namespace firstcome::audit
