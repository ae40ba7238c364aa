#include "store/data.h"

namespace firstcome::store {

Status check_same_data(const Settings& settings, journal::JournalReader& journal) {
  const std::string identity = journal.identity();
  if (settings.journal_identity != identity) {
    return Error{
        Error::Kind::Permanent,
        "the store was filled from journal " + settings.journal_identity + ", but this journal is " +
            identity +
            ": one of the two was recreated, or belongs to other data. Put the one that is missing back "
            "(both from the same backup), or begin again with both empty" +
            (identity.starts_with("kafka:")
                 ? ". If the old journal is lost permanently: firstcome store new-era"
                 : "")};
  }
  if (settings.partitions > journal.partitions()) {
    return Error::permanent(
        "the store was created for {} partitions, but the journal has {}: records are missing. Restore "
        "journal and store from the same backup",
        settings.partitions, journal.partitions());
  }
  return Done{};
}

}  // namespace firstcome::store
