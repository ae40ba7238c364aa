#include <fmt/core.h>

#include <cstdio>
#include <filesystem>

#include "cli/command_result.h"
#include "cli/location_options.h"
#include "domain/rules.h"
#include "journal/range_reader.h"
#include "journal/record_json.h"
#include "node/folder_access.h"
#include "node/read_data.h"
#include "store/postgres/postgres_store.h"
#include "store/record_trust.h"
#include "store/sqlite/sqlite_store.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

// --- skip-rules ---------------------------------------------------------------------------------------

/// The rules version of the rules record at this offset, if this version does not support it. Nothing: there
/// is no such record.
Result<std::optional<std::int32_t>> find_unsupported_rules(node::ReadData& data, Partition partition,
                                                           Offset offset) {
  if (partition >= data.journal->partitions()) return std::optional<std::int32_t>{};
  ASSIGN_OR_RETURN(const auto bounds, data.journal->bounds(partition));
  if (offset < bounds.start || offset >= bounds.end) return std::optional<std::int32_t>{};
  ASSIGN_OR_RETURN(auto follower, data.journal->follow(partition, offset));
  journal::RecordDecoder decoder(store::record_trust(data.settings), partition);
  journal::RangeReader reader(*follower, partition, offset, offset + 1);
  while (!reader.done()) {
    ASSIGN_OR_RETURN(const auto fetch, reader.poll());
    for (const journal::RawRecord& raw : fetch.records) {
      if (raw.offset != offset) continue;
      Record record;
      decoder.decode(raw, newest_rules(), record);
      const auto* rules = std::get_if<RulesChange>(&record.content);
      if (rules != nullptr && rules->version > newest_rules()) return std::optional(rules->version);
    }
  }
  return std::optional<std::int32_t>{};
}

Status store_skip(const node::DataLocation& location, node::ReadData& data, Partition partition,
                  Offset offset) {
  std::unique_ptr<store::Store> opened;
  data.store.reset();  // its snapshot of a file is outdated after the change
  if (const auto* folder = std::get_if<node::Folder>(&location)) {
    RETURN_IF_ERROR(node::check_access(folder->path, node::Access::Write));
    const auto path = std::filesystem::path(folder->path) / "store.sqlite";
    ASSIGN_OR_RETURN(opened, store::open_sqlite_store(path.string()));
  } else {
    ASSIGN_OR_RETURN(opened, store::open_postgres_store(std::get<node::Servers>(location).store));
  }
  ASSIGN_OR_RETURN(auto writer, opened->make_writer());
  return writer->skip_rules(partition, offset);
}

int skip_rules(const Values& values) {
  const std::string command = "store skip-rules";
  const auto location = data_location(values);
  if (!location.ok()) return refuse(command, location.error());
  auto data = node::read_data(*location);
  if (!data.ok()) return fail(command, data.error());
  const auto partition = static_cast<Partition>(values.number("partition"));
  const Offset offset = values.number("offset");
  const auto version = find_unsupported_rules(*data, partition, offset);
  if (!version.ok()) return fail(command, version.error());
  if (!*version) {
    return fail(command,
                Error::permanent("nothing was changed: partition {}, offset {} has no rules record with an "
                                 "unsupported version, or it is skipped already.",
                                 partition, offset)
                    .with_hint("The log of a stopped node names the partition and offset."));
  }
  if (Status stored = store_skip(*location, *data, partition, offset); !stored.ok())
    return fail(command, stored.error());
  return print_result(
      values,
      text::JsonObject().number("partition", partition).number("offset", offset).number("version", **version),
      fmt::format(
          "Nodes skip the rules record of version {} at partition {}, offset {} from now on: they decide it "
          "INVALID.\nRestart every node.\n",
          **version, partition, offset));
}

// --- key ----------------------------------------------------------------------------------------------

int print_key(const Values& values) {
  const std::string command = "store key";
  if (values.has("store") == values.has("data")) {
    return refuse(command, "either --store or --data is required");
  }
  std::unique_ptr<store::Store> server;
  auto reader = [&]() -> Result<std::unique_ptr<store::Reader>> {
    if (values.has("data")) {
      RETURN_IF_ERROR(node::check_access(values.text("data"), node::Access::Read));
      RETURN_IF_ERROR(node::check_there(values.text("data"), "store.sqlite"));
      return store::read_sqlite_store((std::filesystem::path(values.text("data")) / "store.sqlite").string());
    }
    ASSIGN_OR_RETURN(auto opened, store::open_postgres_store(values.text("store")));
    server = std::move(opened);
    return server->make_reader();
  }();
  if (!reader.ok()) return fail(command, reader.error());
  const auto settings = (*reader)->settings();
  if (!settings.ok()) return fail(command, settings.error());
  std::printf("%s\n", settings->key.hex().c_str());
  return kFine;
}

}  // namespace

std::vector<Command> store_trust_commands() {
  const auto skip_options = with_servers_options(store_skip_rules_options());
  const auto key_options = store_key_options();
  return {
      {"store skip-rules",
       "Make every node skip a rules record with an unsupported version",
       "  firstcome store skip-rules --partition 0 --offset 4711 --data /var/lib/firstcome\n"
       "  firstcome store skip-rules --partition 0 --offset 4711 --journal kafka://a:9092,b:9092 --store "
       "postgresql://firstcome_issuer@db.example/firstcome\n"
       "\nA node stops at a rules record whose version it does not support, and logs its partition and "
       "offset. Start\n"
       "the newer version of firstcome. Skip the record only if it was appended by mistake and no node has "
       "applied\n"
       "it: the store keeps the offset, and nodes that start afterwards decide the record INVALID.\n"
       "Exit code 0: stored. 1: there is no such record, or it could not be stored.\n",
       {skip_options.begin(), skip_options.end()},
       skip_rules},
      {"store key",
       "Print the installation key, for a backup of it",
       "  (umask 077; firstcome store key --store postgresql://firstcome_owner@db.example/firstcome > "
       "installation.key)\n"
       "  firstcome store key --data /var/lib/firstcome > installation.key\n"
       "\nWith the key, an attacker can forge tickets and commands in the journal: protect it like a "
       "password. A store\n"
       "that is filled again from its journal needs it: firstcome serve --installation-key-file "
       "installation.key\n",
       {key_options.begin(), key_options.end()},
       print_key}};
}

}  // namespace firstcome::cli
