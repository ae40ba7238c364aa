#pragma once

#include <map>
#include <memory>
#include <vector>

#include "decide/decider.h"
#include "journal/journal.h"
#include "journal/record_json.h"
#include "store/store.h"

namespace firstcome::audit {

/// Decides the records of a journal and saves them in an empty store, batch by batch, as replica and issuer do, but in
/// one thread. For tests and benchmarks.
class StoreFiller {
 public:
  StoreFiller(journal::JournalReader& journal, store::Store& store);

  /// Saves all records of the journal.
  Status save(std::size_t records_per_batch);

 private:
  struct PartitionSaver {
    store::Position position;
    decide::Decider decider;
    std::unique_ptr<journal::Follower> follower;
    Offset read_to = 0;
    journal::RecordDecoder decoder;
  };
  Status save(PartitionSaver& saver, std::span<const journal::RawRecord> records);

  journal::JournalReader& journal_;
  std::unique_ptr<store::Writer> writer_;
  std::vector<PartitionSaver> savers_;  ///< by partition
};

}  // namespace firstcome::audit
