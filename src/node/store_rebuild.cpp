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

/// Loads the rows of one partition, as a node does.
class OnePartition : public store::SnapshotSink {
 public:
  OnePartition(Partition self, std::int32_t homes) : self_(self), homes_(homes), decider_(self, homes) {}
  void position(const store::Position& position) override {
    if (position.partition != self_) return;
    clock_ = position.state.clock;
    decider_.load(position.state);
  }
  bool wants(PolicyId policy) override { return home(policy, homes_) == self_; }
  bool wants_coupons(const Policy& policy) override { return !is_over(policy, clock_); }
  void policy(const Policy& policy) override { decider_.load(policy); }
  void coupon(const store::CouponRow& row) override { decider_.load(row.coupon); }
  void life(const CouponLife& life) override { decider_.load(life); }
  void listed(const ListedUser& listed) override { decider_.load(listed); }
  void imported_code(const ImportedCode& code) override { decider_.load(code); }
  [[nodiscard]] bool adds_up() const { return decider_.loaded_well(); }

 private:
  const Partition self_;
  const std::int32_t homes_;
  decide::Decider decider_;
  Timestamp clock_{};
};

/// The journal must have everything that was ever decided. Retention, compaction and a new era shorten it.
Status check_begins_at_0(journal::JournalReader& journal, Partition partition, Era era) {
  ASSIGN_OR_RETURN(const auto bounds, journal.bounds(partition));
  if (bounds.start == 0 && era == Era{1}) return Done{};
  return Error::permanent(
      "Partition {}: the journal begins at offset {} of era {}, so it no longer holds everything that was "
      "decided. Restore the store from a backup.",
      partition, bounds.start, era);
}

/// Resets the partitions [first, end), each in its own transaction. `store`: a SqliteStore or PostgresStore.
Status reset(auto& store, const store::Settings& settings, Partition first, Partition end) {
  for (Partition partition = first; partition < end; ++partition) {
    const decide::Decider empty(partition, settings.partitions);
    RETURN_IF_ERROR(store.reset_partition(partition, settings.partitions, empty.state()));
  }
  return Done{};
}

}  // namespace

Status rebuild_store(const DataLocation& location, std::optional<Partition> partition) {
  if (const auto* folder = std::get_if<Folder>(&location)) {
    RETURN_IF_ERROR(check_access(folder->path, Access::Write));
  }
  ASSIGN_OR_RETURN(auto data, read_data(location));
  const std::int32_t partitions = data.journal->partitions();
  if (partition && *partition >= partitions) {
    return Error::permanent("The journal has no partition {}. Its partitions are 0 to {}.", *partition,
                            partitions - 1);
  }
  RETURN_IF_ERROR(store::check_same_data(data.settings, *data.journal));
  const Partition first = partition.value_or(0);
  const Partition end = partition ? *partition + 1 : partitions;
  for (Partition p = first; p < end; ++p) {
    RETURN_IF_ERROR(check_begins_at_0(*data.journal, p, data.settings.era));
  }
  data.store.reset();  // its snapshot becomes outdated
  if (const auto* folder = std::get_if<Folder>(&location)) {
    const auto path = std::filesystem::path(folder->path) / "store.sqlite";
    ASSIGN_OR_RETURN(const auto store, store::open_sqlite_store(path.string()));
    return reset(*store, data.settings, first, end);
  }
  ASSIGN_OR_RETURN(const auto store, store::open_postgres_store(std::get<Servers>(location).store));
  return reset(*store, data.settings, first, end);
}

Status check_rows(store::Reader& reader, Partition partition, std::int32_t homes) {
  OnePartition rows(partition, homes);
  RETURN_IF_ERROR(reader.load_snapshot(rows));
  if (rows.adds_up()) return Done{};
  return Error::permanent(
      "Partition {}: the rows of the store do not add up to the hash saved with them, so they cannot be "
      "trusted. Undo the manual changes (firstcome audit names the rows), restore the store from a backup, "
      "or decide the journal again: --trust journal.",
      partition);
}

}  // namespace firstcome::node
