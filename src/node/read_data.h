#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/result.h"
#include "journal/journal.h"
#include "node/data_location.h"
#include "sqlite/database.h"
#include "store/store.h"

namespace firstcome::node {

/// A journal and a store for reading: nothing is locked, changed or created. Servers may use them meanwhile.
struct ReadData {
  std::unique_ptr<journal::JournalReader> journal;
  std::unique_ptr<store::Store> database;  ///< for a store on a server; outlives `store`
  std::unique_ptr<store::Reader> store;
  store::Settings settings;
  std::optional<Incarnations> incarnations;  ///< of the journal in a folder; copied to `settings`
  std::vector<sqlite::FileSeen> seen;        ///< in a folder

  /// Call it after all reading, and after any error. Fails if a server was started on the folder meanwhile,
  /// because then the data that were read may be inconsistent.
  [[nodiscard]] Status undisturbed() const;
};

/// Refuses missing data, foreign data, and data of another version. Does not check that journal and store
/// belong together: see store::check_same_data.
Result<ReadData> read_data(const DataLocation& location);
/// Only the store, which is on a server: `journal` is null. `address`: postgresql://…, without a password.
Result<ReadData> read_store(const std::string& address);

}  // namespace firstcome::node
