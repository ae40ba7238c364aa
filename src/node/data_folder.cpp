#include "node/node_data.h"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "files/user_name.h"
#include "journal/sqlite/sqlite_journal.h"
#include "log/log.h"
#include "node/folder_access.h"
#include "store/sqlite/sqlite_store.h"

namespace firstcome::node {
namespace {

namespace fs = std::filesystem;

/// Coupons have a value, so only the owner may use the folder, from its first moment on. SQLite gives its
/// other files the rights of the database file: see sqlite::Database.
Status make_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return Done{};
  fs::path whole = fs::absolute(folder).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();  // after a slash at the end
  fs::create_directories(whole.parent_path(), error);
  if (!error && mkdir(whole.c_str(), S_IRWXU) != 0) error.assign(errno, std::generic_category());
  if (!error) return Done{};
  return Error::permanent("cannot make the data folder {} as {}: {}", folder.string(),
                          files::name_of_this_user(), error.message());
}

/// A new store needs the journal from its beginning.
Status check_journal_has_its_beginning(journal::Journal& journal, const fs::path& journal_path) {
  for (Partition partition = 0; partition < journal.partitions(); ++partition) {
    ASSIGN_OR_RETURN(const auto bounds, journal.bounds(partition));
    if (bounds.start == 0) continue;
    return Error::permanent(
        "there is no store, and it cannot be rebuilt from {}: partition {} begins at offset {}, because "
        "`firstcome store compact` has removed saved records. Restore store.sqlite from a backup",
        journal_path.string(), partition, bounds.start);
  }
  return Done{};
}

/// A journal that is older than its store would use offsets a second time.
Status check_journal_reaches(journal::Journal& journal, const fs::path& journal_path, store::Store& store) {
  ASSIGN_OR_RETURN(const auto reader, store.make_reader());
  ASSIGN_OR_RETURN(const auto positions, reader->positions());
  for (const store::Position& position : positions) {
    ASSIGN_OR_RETURN(const Offset end, journal.end(position.partition));
    if (end >= position.next_offset) continue;
    return Error::permanent(
        "{} ends before the store's position: partition {} ends at offset {}, and the store has saved up to "
        "offset {}. The journal is older than the store, or has lost records that were on the disk. Nothing "
        "was changed. Put the newer journal.sqlite back (with its -wal, if it has one), or restore the whole "
        "folder from one backup",
        journal_path.string(), position.partition, end, position.next_offset);
  }
  return Done{};
}

}  // namespace

Result<Data> open_folder(const Folder& location, const DataPlan& plan) {
  const std::string& folder = location.path;
  RETURN_IF_ERROR(check_access(folder, Access::Write));
  RETURN_IF_ERROR(make_folder(folder));
  const fs::path journal_path = fs::path(folder) / "journal.sqlite";
  const fs::path store_path = fs::path(folder) / "store.sqlite";
  if (fs::exists(store_path) && !fs::exists(journal_path)) {
    return Error::permanent(
        "{} has a store but no journal (journal.sqlite). They belong together: put the journal back, or move "
        "the store away to start with new data.",
        folder);
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
  journal_settings.clock = plan.clock;
  journal_settings.report = [](const Error& error) { log::error(error.text()); };
  ASSIGN_OR_RETURN(auto journal, journal::open_sqlite_journal(journal_path.string(), journal_settings));
  journal::SqliteJournal& journal_file = *journal;
  data.journal = std::move(journal);

  if (!fs::exists(store_path)) RETURN_IF_ERROR(check_journal_has_its_beginning(journal_file, journal_path));
  ASSIGN_OR_RETURN(
      auto store, store::open_sqlite_store(store_path.string(),
                                           {.report = [](const Error& error) { log::error(error.text()); }}));
  store::SqliteStore& store_file = *store;
  if (is_empty(store_file)) {
    ASSIGN_OR_RETURN(const auto fresh, new_data(*data.journal, data.journal->partitions(), plan));
    RETURN_IF_ERROR(store_file.create_if_missing(fresh));
  }
  data.store = std::move(store);
  RETURN_IF_ERROR(read_data_settings(data));
  RETURN_IF_ERROR(check_journal_reaches(journal_file, journal_path, *data.store));
  // Existing data is not changed before this point.
  RETURN_IF_ERROR(store_file.own());
  ASSIGN_OR_RETURN(data.settings.incarnations, journal_file.begin_run());
  if (!plan.accept_clock) {
    data.guard_clock = [&journal_file](auto guard) { journal_file.guard_clock(std::move(guard)); };
  }
  return data;
}

}  // namespace firstcome::node
