#pragma once

#include <memory>
#include <string>
#include <vector>

#include "domain/result.h"
#include "journal/sqlite/sqlite_journal_reader.h"
#include "sqlite/database.h"
#include "store/store.h"

namespace firstcome::app {

/// The journal and the store of a data folder, to be read: nothing in the folder is locked, changed or made.
/// A server may have it open.
struct ReadData {
  std::unique_ptr<journal::SqliteJournalReader> journal;
  std::unique_ptr<store::Reader> store;
  store::Settings settings;
  std::vector<sqlite::FileSeen> seen;

  /// To be asked when all is read, and after any error: fails when a server was started on the folder while
  /// it was read, so that what was read need not belong together.
  [[nodiscard]] Status undisturbed() const;
};

/// Refuses a folder that is not there, that holds no data of firstcome, or data of another version. That
/// journal and store belong together is not looked at: see store::check_same_data.
Result<ReadData> read_data(const std::string& folder);

}  // namespace firstcome::app
