#pragma once

#include <map>
#include <memory>
#include <vector>

#include "decide/decider.h"
#include "journal/journal.h"
#include "journal/record_json.h"
#include "store/store.h"

namespace firstcome::audit {

/// What replica and issuer do with a journal and an empty store, in one thread and as plainly as can be:
/// decides and saves, batch by batch. For tests and benchmarks of what reads their work.
class Saver {
 public:
  Saver(journal::JournalReader& journal, store::Store& store);

  /// Everything the journal holds, in batches of this many records.
  Status save(std::size_t records_a_batch);

 private:
  struct Line {
    store::Position position;
    decide::Decider decider;
    std::unique_ptr<journal::Follower> follower;
    Offset read_to = 0;
    journal::RecordDecoder decoder;
  };
  Status save(Line& line, std::span<const journal::RawRecord> records);

  journal::JournalReader& journal_;
  std::unique_ptr<store::Writer> writer_;
  std::vector<Line> lines_;  ///< by partition
};

}  // namespace firstcome::audit
