#include "node/node_data.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "journal/sqlite/sqlite_journal.h"
#include "log/log.h"
#include "node/folder_access.h"
#include "store/sqlite/sqlite_store.h"

namespace firstcome::node {
namespace {

namespace fs = std::filesystem;

Error wrong(const std::string& what) { return {Error::Kind::Permanent, what}; }

/// Coupons are worth something: the folder is its owner's alone.
Status make_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return Done{};
  fs::create_directories(folder, error);
  if (error) {
    return wrong("cannot make the data folder " + folder.string() + " as " + name_of_this_user() + ": " +
                 error.message());
  }
  fs::permissions(folder, fs::perms::owner_all, error);
  if (error)
    return wrong("cannot close the data folder " + folder.string() + " to others: " + error.message());
  return Done{};
}

/// A store is made from the journal's beginning on.
Status check_journal_has_its_beginning(journal::Journal& journal, const fs::path& journal_path) {
  for (Partition partition = 0; partition < journal.partitions(); ++partition) {
    const auto held = journal.bounds(partition);
    if (!held.ok()) return held.error();
    if (held->start == 0) continue;
    return wrong(
        "there is no store, and it cannot be made from " + journal_path.string() + ": partition " +
        std::to_string(partition) + " begins at offset " + std::to_string(held->start) +
        ", because `firstcome store compact` removed what was saved. Put store.sqlite back from a backup");
  }
  return Done{};
}

/// A journal that is older than its store would give offsets a second time.
Status check_journal_reaches(journal::Journal& journal, const fs::path& journal_path, store::Store& store) {
  auto reader = store.make_reader();
  if (!reader.ok()) return reader.error();
  const auto positions = (*reader)->positions();
  if (!positions.ok()) return positions.error();
  for (const store::Position& position : *positions) {
    const auto end = journal.end(position.partition);
    if (!end.ok()) return end.error();
    if (*end >= position.next_offset) continue;
    return wrong(journal_path.string() + " ends before the store's position: partition " +
                 std::to_string(position.partition) + " ends at offset " + std::to_string(*end) +
                 ", and the store has saved up to offset " + std::to_string(position.next_offset) +
                 ". The journal is older than the store, or has lost records that were on the disk. Nothing "
                 "was changed. Put the newer journal.sqlite back (with its -wal, if it has one), or restore "
                 "the whole folder from one backup");
  }
  return Done{};
}

}  // namespace

Result<Data> open_folder(const Folder& place, const DataPlan& plan) {
  const std::string& folder = place.path;
  if (Status may = check_access(folder, Access::Write); !may.ok()) return may.error();
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
  journal_settings.clock = plan.clock;
  journal_settings.report = [](const Error& error) { log::error(error.message); };
  auto journal = journal::open_sqlite_journal(journal_path.string(), journal_settings);
  if (!journal.ok()) return journal.error();
  journal::SqliteJournal& journal_file = **journal;
  data.journal = std::move(*journal);

  if (!fs::exists(store_path)) {
    if (Status whole = check_journal_has_its_beginning(journal_file, journal_path); !whole.ok())
      return whole.error();
  }
  auto store = store::open_sqlite_store(store_path.string(),
                                        {.report = [](const Error& error) { log::error(error.message); }});
  if (!store.ok()) return store.error();
  store::SqliteStore& store_file = **store;
  if (is_empty(store_file)) {
    const auto fresh = new_data(*data.journal, data.journal->partitions(), plan);
    if (!fresh.ok()) return fresh.error();
    if (auto filled = store_file.create_if_missing(*fresh); !filled.ok()) return filled.error();
  }
  data.store = std::move(*store);
  if (Status read = read_data_settings(data); !read.ok()) return read.error();
  if (Status reaches = check_journal_reaches(journal_file, journal_path, *data.store); !reaches.ok())
    return reaches.error();
  // Nothing of what was found is changed before this point.
  if (Status owned = store_file.own(); !owned.ok()) return owned.error();
  auto incarnations = journal_file.begin_run();
  if (!incarnations.ok()) return incarnations.error();
  data.settings.incarnations = std::move(*incarnations);
  if (!plan.accept_clock) {
    data.guard_clock = [&journal_file](auto guard) { journal_file.guard_clock(std::move(guard)); };
  }
  return data;
}

}  // namespace firstcome::node
