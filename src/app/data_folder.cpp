#include "app/data.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "app/log.h"
#include "journal/sqlite/sqlite_journal.h"
#include "store/sqlite/sqlite_store.h"

namespace firstcome::app {
namespace {

namespace fs = std::filesystem;

Error wrong(const std::string& what) { return {Error::Kind::Permanent, what}; }

/// Coupons are worth something: the folder is its owner's alone.
Status make_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return Done{};
  fs::create_directories(folder, error);
  if (error) return wrong("cannot make the data folder " + folder.string() + ": " + error.message());
  fs::permissions(folder, fs::perms::owner_all, error);
  if (error)
    return wrong("cannot close the data folder " + folder.string() + " to others: " + error.message());
  return Done{};
}

}  // namespace

Result<Data> open_folder(const Folder& place, const DataPlan& plan) {
  const std::string& folder = place.path;
  if (Status made = make_folder(folder); !made.ok()) return made.error();
  const fs::path journal_path = fs::path(folder) / "journal.sqlite";
  const fs::path store_path = fs::path(folder) / "store.sqlite";
  if (fs::exists(store_path) && !fs::exists(journal_path)) {
    return wrong(folder + " holds a store but no journal (" + journal_path.filename().string() +
                 "). They belong together: put the journal back, or move the store away to begin anew.");
  }
  Data data;
  data.is_new = !fs::exists(journal_path);
  data.own = [](const auto&) -> Result<std::unique_ptr<journal::Ownership>> {
    return std::unique_ptr<journal::Ownership>(std::make_unique<journal::OwnsAll>());
  };

  journal::SqliteJournalSettings journal_settings;
  if (plan.partitions > 0) journal_settings.partitions = plan.partitions;
  data.group_counters = std::make_unique<journal::GroupCounters>();
  data.journal_counters = std::make_unique<journal::Counters>();
  journal_settings.counters = data.journal_counters.get();
  journal_settings.report = [](const Error& error) { log::error(error.message); };
  auto journal = journal::open_sqlite_journal(journal_path.string(), journal_settings);
  if (!journal.ok()) return journal.error();
  data.journal = std::move(*journal);

  auto store = store::open_sqlite_store(store_path.string());
  if (!store.ok()) return store.error();
  auto filled = (*store)->create_if_missing(new_data(*data.journal, data.journal->partitions()));
  if (!filled.ok()) return filled.error();
  if (*filled) {
    if (Status said = warn_of_new_key(*data.journal); !said.ok()) return said.error();
  }
  data.store = std::move(*store);
  if (Status read = read_data_settings(data); !read.ok()) return read.error();
  return data;
}

}  // namespace firstcome::app
