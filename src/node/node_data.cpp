#include "node/node_data.h"

#include <algorithm>

#include "decide/decider.h"
#include "journal/range_reader.h"
#include "journal/record_mac.h"
#include "store/data.h"

namespace firstcome::node {

Result<Data> open_data(const DataLocation& location, const DataPlan& plan) {
  if (const auto* folder = std::get_if<Folder>(&location)) return open_folder(*folder, plan);
  return open_servers(std::get<Servers>(location), plan);
}

namespace {

/// Policies are created early: if the partition has a command, one is among the first records.
constexpr std::int64_t kMostRecords = 1'000'000;

/// The offset of the first record with a MAC, if that is not a MAC by this key.
Result<std::optional<Offset>> find_other_key(journal::Journal& journal, Partition partition,
                                             const journal::RecordMac& record_mac) {
  ASSIGN_OR_RETURN(const auto bounds, journal.bounds(partition));
  const Offset end = std::min(bounds.end, bounds.start + kMostRecords);
  if (bounds.start >= end) return std::optional<Offset>{};
  ASSIGN_OR_RETURN(const auto follower, journal.follow(partition, bounds.start));
  journal::RangeReader reader(*follower, partition, bounds.start, end);
  while (!reader.done()) {
    ASSIGN_OR_RETURN(const auto fetch, reader.poll());
    for (const journal::RawRecord& raw : fetch.records) {
      const bool has_mac = std::ranges::any_of(
          raw.headers, [](const journal::Header& header) { return header.key == journal::kMacHeader; });
      if (!has_mac) continue;
      return record_mac.is_valid(partition, raw) ? std::optional<Offset>{} : std::optional(raw.offset);
    }
  }
  return std::optional<Offset>{};
}

}  // namespace

Result<store::NewData> new_data(journal::Journal& journal, std::int32_t homes, const DataPlan& plan) {
  store::NewData data{journal.identity(), {}, plan.key.value_or(InstallationKey::draw())};
  constexpr Era kFirstEra = 1;
  for (Partition partition = 0; partition < homes; ++partition) {
    data.empty_state_hashes.push_back(decide::Decider(partition, homes).hash());
    ASSIGN_OR_RETURN(const auto other,
                     find_other_key(journal, partition, journal::RecordMac(*data.key, kFirstEra)));
    if (!other) continue;
    return Error::permanent(
        "The store is empty, and the journal has records that were written with another installation key "
        "(partition {}, offset {}): with a new key this node would know none of the policies and tickets. "
        "Restore the store from its backup, or start once with the key, which `firstcome store key` prints: "
        "--installation-key-file FILE. See docs/operations/backup.md",
        partition, *other);
  }
  return data;
}

bool is_empty(store::Store& store) {
  auto reader = store.make_reader();
  return reader.ok() && !(*reader)->settings().ok();
}

Status read_data_settings(Data& data) {
  ASSIGN_OR_RETURN(const auto reader, data.store->make_reader());
  ASSIGN_OR_RETURN(data.settings, reader->settings());
  return store::check_same_data(data.settings, *data.journal);
}

}  // namespace firstcome::node
