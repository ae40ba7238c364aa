#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "domain/result.h"
#include "journal/journal.h"
#include "node/data_place.h"
#include "sqlite/database.h"
#include "store/store.h"

namespace firstcome::node {

/// A journal and a store, to be read: nothing is locked, changed or made. Servers may be at work on them.
struct ReadData {
  std::unique_ptr<journal::JournalReader> journal;
  std::unique_ptr<store::Store> database;  ///< of a store on a server; outlives its reader
  std::unique_ptr<store::Reader> store;
  store::Settings settings;
  std::optional<Incarnations> incarnations;  ///< of a folder's journal, for `settings`
  std::vector<sqlite::FileSeen> seen;        ///< of a folder

  /// To be asked when all is read, and after any error: fails when a server was started on the folder while
  /// it was read, so that what was read need not belong together.
  [[nodiscard]] Status undisturbed() const;
};

/// Refuses what is not there, holds no data of firstcome, or data of another version. That journal and store
/// belong together is not looked at: see store::check_same_data.
Result<ReadData> read_data(const DataPlace& place);

}  // namespace firstcome::node
