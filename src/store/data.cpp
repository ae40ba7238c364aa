#include "store/data.h"

namespace firstcome::store {

Status check_same_data(const Settings& settings, journal::JournalReader& journal) {
  const std::string identity = journal.identity();
  if (settings.journal_identity != identity) {
    return Error::permanent(
               "The store was filled from journal {}, but this journal is {}: one of the two was recreated, "
               "or belongs to other data.",
               settings.journal_identity, identity)
        .with_hint(fmt::format(
            "Restore the missing one (both from the same backup), or start again with both empty.{}",
            identity.starts_with("kafka:")
                ? " If the old journal is lost permanently: firstcome store new-era"
                : ""));
  }
  if (settings.partitions > journal.partitions()) {
    return Error::permanent(
               "The store was created for {} partitions, but the journal has {}: records are missing.",
               settings.partitions, journal.partitions())
        .with_hint("Restore journal and store from the same backup.");
  }
  return Done{};
}

std::string describe(const Batch& batch) {
  return fmt::format("partition {}, offsets {} to {}", batch.after.partition, batch.first_offset,
                     batch.after.next_offset - 1);
}

}  // namespace firstcome::store
