#include "node/node_data.h"

#include <algorithm>

#include "decide/decider.h"
#include "journal/range_reader.h"
#include "journal/record_seal.h"
#include "store/data.h"

namespace firstcome::node {

Result<Data> open_data(const DataPlace& place, const DataPlan& plan) {
  if (const auto* folder = std::get_if<Folder>(&place)) return open_folder(*folder, plan);
  return open_servers(std::get<Servers>(place), plan);
}

namespace {

/// Policies are created early: among so many records there is one of theirs, if the partition has any.
constexpr std::int64_t kMostLookedAt = 1'000'000;

/// The first record of a partition that has a MAC, if it is not by this key.
Result<std::optional<Offset>> find_other_key(journal::Journal& journal, Partition partition,
                                             const journal::RecordSeal& seal) {
  const auto bounds = journal.bounds(partition);
  if (!bounds.ok()) return bounds.error();
  const Offset end = std::min(bounds->end, bounds->start + kMostLookedAt);
  if (bounds->start >= end) return std::optional<Offset>{};
  auto follower = journal.follow(partition, bounds->start);
  if (!follower.ok()) return follower.error();
  journal::RangeReader reader(**follower, partition, bounds->start, end);
  while (!reader.done()) {
    const auto fetch = reader.poll();
    if (!fetch.ok()) return fetch.error();
    for (const journal::RawRecord& raw : fetch->records) {
      const bool sealed = std::ranges::any_of(
          raw.headers, [](const journal::Header& header) { return header.key == journal::kMacHeader; });
      if (!sealed) continue;
      return seal.is_valid(partition, raw) ? std::optional<Offset>{} : std::optional(raw.offset);
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
    const auto other = find_other_key(journal, partition, journal::RecordSeal(*data.key, kFirstEra));
    if (!other.ok()) return other.error();
    if (!*other) continue;
    return Error{
        Error::Kind::Permanent,
        "The store is empty, and the journal has records that were written with another installation key "
        "(partition " +
            std::to_string(partition) + ", offset " + std::to_string(**other) +
            "): by it none of the policies would be known, and no ticket. Restore the store from its backup, "
            "or start once with the key, which `firstcome store key` prints: --installation-key-file FILE. "
            "See docs/operations/backup.md"};
  }
  return data;
}

bool is_empty(store::Store& store) {
  auto reader = store.make_reader();
  return reader.ok() && !(*reader)->settings().ok();
}

Status read_data_settings(Data& data) {
  auto reader = data.store->make_reader();
  if (!reader.ok()) return reader.error();
  auto settings = (*reader)->settings();
  if (!settings.ok()) return settings.error();
  if (Status same = store::check_same_data(*settings, *data.journal); !same.ok()) return same;
  data.settings = std::move(*settings);
  return Done{};
}

}  // namespace firstcome::node
