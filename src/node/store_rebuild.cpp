#include "node/store_rebuild.h"

#include <algorithm>
#include <filesystem>

#include "decide/decider.h"
#include "domain/home.h"
#include "node/folder_access.h"
#include "node/read_data.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/sqlite_store.h"

namespace firstcome::node {
namespace {

/// Loads one partition's rows, as a node does.
class OnePartition : public store::SnapshotSink {
 public:
  OnePartition(Partition self, std::int32_t homes) : self_(self), homes_(homes), decider_(self, homes) {}
  void position(const store::Position& position) override {
    if (position.partition == self_) decider_.load(position.state);
  }
  void policy(const Policy& policy) override {
    if (home(policy.id, homes_) == self_) decider_.load(policy);
  }
  void coupon(const Coupon& coupon) override {
    if (home(coupon.policy, homes_) == self_) decider_.load(coupon);
  }
  [[nodiscard]] bool adds_up() const { return decider_.loaded_well(); }

 private:
  const Partition self_;
  const std::int32_t homes_;
  decide::Decider decider_;
};

/// The journal has to hold everything that was ever decided. Whatever shortens it is looked for here.
Status check_begins_at_0(journal::JournalReader& journal, Partition partition, Era era) {
  const auto held = journal.bounds(partition);
  if (!held.ok()) return held.error();
  if (held->start == 0 && era == Era{1}) return Done{};
  return Error{Error::Kind::Permanent,
               "Partition " + std::to_string(partition) + ": the journal begins at offset " +
                   std::to_string(held->start) + " of era " + std::to_string(era) +
                   ", so it no longer holds everything that was decided. Restore the store from a backup."};
}

/// Of the partitions [first, end), each in a transaction of its own. `store`: a SqliteStore or PostgresStore.
Status reset(auto& store, const store::Settings& settings, Partition first, Partition end) {
  for (Partition partition = first; partition < end; ++partition) {
    const decide::Decider empty(partition, settings.partitions);
    const Status done = store.reset_partition(partition, settings.partitions, empty.state());
    if (!done.ok()) return done;
  }
  return Done{};
}

}  // namespace

Status rebuild_store(const DataPlace& place, std::optional<Partition> partition) {
  if (const auto* folder = std::get_if<Folder>(&place)) {
    if (Status may = check_access(folder->path, Access::Write); !may.ok()) return may;
  }
  auto data = read_data(place);
  if (!data.ok()) return data.error();
  const std::int32_t partitions = data->journal->partitions();
  if (partition && *partition >= partitions) {
    return Error{Error::Kind::Permanent, "The journal has no partition " + std::to_string(*partition) +
                                             ", but " + std::to_string(partitions) + ", from 0 on."};
  }
  if (Status same = store::check_same_data(data->settings, *data->journal); !same.ok()) return same;
  const Partition first = partition.value_or(0);
  const Partition end = partition ? *partition + 1 : partitions;
  for (Partition p = first; p < end; ++p) {
    if (Status whole = check_begins_at_0(*data->journal, p, data->settings.era); !whole.ok()) return whole;
  }
  data->store.reset();  // what it saw is no longer so
  if (const auto* folder = std::get_if<Folder>(&place)) {
    auto store = store::open_sqlite_store((std::filesystem::path(folder->path) / "store.sqlite").string());
    return store.ok() ? reset(**store, data->settings, first, end) : store.error();
  }
  auto store = store::open_postgres_store(std::get<Servers>(place).store);
  return store.ok() ? reset(**store, data->settings, first, end) : store.error();
}

Status check_rows(store::Reader& reader, Partition partition, std::int32_t homes) {
  OnePartition rows(partition, homes);
  if (Status read = reader.load_snapshot(rows); !read.ok()) return read;
  if (rows.adds_up()) return Done{};
  return Error{
      Error::Kind::Permanent,
      "Partition " + std::to_string(partition) +
          ": the rows of the store do not add up to the hash saved with them, so they cannot be "
          "trusted. Undo what was changed by hand (firstcome audit names the rows), restore the store "
          "from a backup, or have the journal decided again: --trust journal."};
}

}  // namespace firstcome::node
