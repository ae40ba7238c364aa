#include "app/data.h"

#include "app/log.h"
#include "decide/decider.h"
#include "store/data.h"

namespace firstcome::app {

Result<Data> open_data(const DataPlace& place, const DataPlan& plan) {
  if (const auto* folder = std::get_if<Folder>(&place)) return open_folder(*folder, plan);
  return open_servers(std::get<Servers>(place), plan);
}

store::NewData new_data(journal::Journal& journal, std::int32_t homes) {
  store::NewData data{journal.identity(), {}};
  for (Partition partition = 0; partition < homes; ++partition) {
    data.empty_state_hashes.push_back(decide::Decider(partition, homes).hash());
  }
  return data;
}

Status warn_of_new_key(journal::Journal& journal) {
  for (Partition partition = 0; partition < journal.partitions(); ++partition) {
    const auto end = journal.end(partition);
    if (!end.ok()) return end.error();
    if (*end == 0) continue;
    log::warn(
        "the store is new and the journal is not: it is filled from the journal's beginning, and seals "
        "tickets with a key of its own. Tickets from before, if there are any, are not known any more, "
        "unless the old key is put back: see docs/operations/backup.md");
    break;
  }
  return Done{};
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

}  // namespace firstcome::app
