#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "domain/result.h"
#include "journal/counters.h"
#include "journal/journal.h"
#include "store/store.h"

namespace firstcome::app {

/// The embedded journal and store of one folder. They belong together: the store knows the journal it
/// follows.
struct Data {
  std::unique_ptr<journal::Counters> journal_counters;  ///< outlives the journal
  std::unique_ptr<journal::Journal> journal;
  std::unique_ptr<store::Store> store;
  store::Settings settings;
  bool is_new = false;
};

/// Opens the data in `folder`, and makes it when the folder holds none. `partitions`: 0 for whatever the data
/// has (3 for new data). Refuses a folder that another process uses, another number of partitions, and a
/// store that follows another journal.
Result<Data> open_data(const std::string& folder, std::int32_t partitions);

}  // namespace firstcome::app
