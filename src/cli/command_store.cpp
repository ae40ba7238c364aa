#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "cli/command_result.h"
#include "cli/place_options.h"
#include "node/folder_access.h"
#include "node/store_rebuild.h"
#include "store/postgres/postgres_store.h"
#include "store/sqlite/sqlite_store.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

using store::Position;

// --- migrate ------------------------------------------------------------------------------------------

int migrate(const Values& values) {
  const auto applied = store::migrate_postgres_store(values.text("store"));
  if (!applied.ok()) return fail("store migrate", applied.error());
  return print_result(values, text::JsonObject().number("migrationsApplied", *applied),
                      *applied == 0 ? "the tables were up to date\n"
                                    : "the tables are up to date now; give the roles of edges and issuers "
                                      "their rights: sql/postgres/grants.sql\n");
}

// --- which store --------------------------------------------------------------------------------------

/// Exactly one of --store and --data; if not, what to say.
std::string unclear(const Values& values) {
  if (values.has("store") && values.has("data")) return "say either --store or --data";
  if (!values.has("store") && !values.has("data")) return "--store or --data is required";
  return {};
}

std::string file_of(const Values& values) {
  return (std::filesystem::path(values.text("data")) / "store.sqlite").string();
}

/// Of a store that is there and whose tables are this program's. A file is not even touched.
struct Found {
  std::unique_ptr<store::Store> server;  ///< outlives the reader
  std::unique_ptr<store::Reader> reader;
  store::Settings settings;
  std::vector<Position> positions;
};

Result<Found> look(const Values& values) {
  Found found;
  auto reader = [&]() -> Result<std::unique_ptr<store::Reader>> {
    if (values.has("data")) {
      RETURN_IF_ERROR(node::check_access(values.text("data"), node::Access::Read));
      RETURN_IF_ERROR(node::check_there(values.text("data"), "store.sqlite"));
      return store::read_sqlite_store(file_of(values));
    }
    ASSIGN_OR_RETURN(auto opened, store::open_postgres_store(values.text("store")));
    found.server = std::move(opened);
    return found.server->make_reader();
  }();
  if (!reader.ok()) return reader.error();
  found.reader = std::move(*reader);
  ASSIGN_OR_RETURN(auto settings, found.reader->settings());
  found.settings = std::move(settings);
  ASSIGN_OR_RETURN(auto positions, found.reader->positions());
  found.positions = std::move(positions);
  return found;
}

// --- check --------------------------------------------------------------------------------------------

text::JsonObject as_json(const Position& position) {
  text::JsonObject object;
  object.number("partition", position.partition)
      .number("era", position.era)
      .number("nextOffset", position.next_offset)
      .text("journalTime", format_rfc3339(position.state.clock));
  return position.halted_reason.empty() ? object.null("haltedReason")
                                        : object.text("haltedReason", position.halted_reason);
}

text::JsonObject as_json(const store::Settings& settings, const std::vector<Position>& positions) {
  return text::JsonObject()
      .text("journal", settings.journal_identity)
      .number("era", settings.era)
      .number("partitions", settings.partitions)
      .json("positions", text::json_list(positions, [](const auto& one) { return as_json(one).str(); }));
}

std::string in_words(const Position& position) {
  const std::string name = fmt::format("partition {}", position.partition);
  std::string text =
      name +
      (position.next_offset == 0 ? ": nothing is saved yet"
                                 : fmt::format(": saved up to offset {}, journal time {}",
                                               position.next_offset, format_rfc3339(position.state.clock))) +
      '\n';
  if (!position.halted_reason.empty()) text += name + " is HALTED: " + position.halted_reason + '\n';
  return text;
}

int check(const Values& values) {
  if (const std::string what = unclear(values); !what.empty()) return refuse("store check", what);
  const auto found = look(values);
  if (!found.ok()) return fail("store check", found.error());
  const store::Settings& settings = found->settings;
  std::string words = fmt::format("journal {}, era {}, {} partitions\n", settings.journal_identity,
                                  settings.era, settings.partitions);
  for (const Position& position : found->positions) words += in_words(position);
  const bool fine =
      std::ranges::all_of(found->positions, [](const Position& one) { return one.halted_reason.empty(); });
  return print_result(values, as_json(settings, found->positions), words, fine ? kFine : kFailed);
}

// --- unhalt -------------------------------------------------------------------------------------------

/// Its position, if it is halted; else the error says how it is.
Result<Position> find_halted(const std::vector<Position>& positions, Partition partition) {
  const auto found = std::ranges::find(positions, partition, &Position::partition);
  if (found == positions.end()) {
    return Error::permanent("the store has no partition {}, but {}, from 0 on", partition, positions.size());
  }
  if (found->halted_reason.empty()) {
    return Error::permanent("partition {} is not halted; nothing was changed", partition);
  }
  return *found;
}

Status lift(const Values& values, Found& found, Partition partition) {
  found.reader.reset();  // what it saw of a file is no longer so
  if (values.has("data")) {
    RETURN_IF_ERROR(node::check_access(values.text("data"), node::Access::Write));
    ASSIGN_OR_RETURN(auto file, store::open_sqlite_store(file_of(values)));
    found.server = std::move(file);
  }
  ASSIGN_OR_RETURN(auto writer, found.server->make_writer());
  return writer->unhalt(partition);
}

Status trust_store(const Values& values, Found& found, Partition partition) {
  RETURN_IF_ERROR(node::check_rows(*found.reader, partition, found.settings.partitions));
  return lift(values, found, partition);
}

/// The store's rows come from the journal again, so where that is has to be known too.
Status trust_journal(const Values& values, Found& found, Partition partition) {
  found.reader.reset();
  ASSIGN_OR_RETURN(const auto place, data_place(values));
  return node::rebuild_store(place, partition);
}

int unhalt(const Values& values) {
  if (const std::string what = unclear(values); !what.empty()) return refuse("store unhalt", what);
  if (values.text("trust") == "journal" && values.has("store") && !values.has("journal")) {
    return refuse("store unhalt", "--trust journal with --store needs --journal kafka://host:9092 as well");
  }
  auto found = look(values);
  if (!found.ok()) return fail("store unhalt", found.error());
  const auto partition = static_cast<Partition>(values.number("partition"));
  const auto halted = find_halted(found->positions, partition);
  if (!halted.ok()) return fail("store unhalt", halted.error());
  const Status lifted = values.text("trust") == "journal" ? trust_journal(values, *found, partition)
                                                          : trust_store(values, *found, partition);
  if (!lifted.ok()) return fail("store unhalt", lifted.error());
  return print_result(
      values, as_json(*halted),
      fmt::format("partition {} was halted: {}\nThe halt is lifted: saving goes on at offset {}, and callers "
                  "are answered again. If the cause is still there, it halts at the next save.\n",
                  partition, halted->halted_reason, halted->next_offset));
}

}  // namespace

std::vector<Command> store_commands() {
  const auto migrate_options = store_migrate_options();
  const auto check_options = store_check_options();
  const auto unhalt_options = store_unhalt_options();
  return {
      {"store migrate",
       "make the tables of a PostgreSQL store, or bring them up to date",
       "  firstcome store migrate --store postgresql://owner@db.example/firstcome\n"
       "\nBefore a new version is started. Nodes of the old one may run on meanwhile.\n",
       {migrate_options.begin(), migrate_options.end()},
       migrate},
      {"store check",
       "can this program use the store, and where does it stand?",
       "  firstcome store check --store postgresql://firstcome_edge@db.example/firstcome\n"
       "  firstcome store check --data /var/lib/firstcome    a server may run on it\n"
       "\nExit code 0: it can, and no partition is halted. 1: not, or one is.\n",
       {check_options.begin(), check_options.end()},
       check},
      {"store unhalt",
       "have a halted partition saved again",
       "  firstcome store unhalt --partition 0 --store postgresql://firstcome_issuer@db.example/firstcome\n"
       "  firstcome store unhalt --partition 0 --data /var/lib/firstcome    a server may run on it\n"
       "  firstcome store unhalt --partition 0 --trust journal --journal kafka://a:9092,b:9092 --store "
       "postgresql://owner@db.example/firstcome\n"
       "\nA partition halts when store and journal contradict each other. Run `firstcome audit`: its last "
       "lines\n"
       "say which side is wrong. The node: --trust store, and every node loads the store's rows. The store: "
       "put\n"
       "the rows right first and use --trust store, or use --trust journal, which removes the partition's "
       "rows\n"
       "and has the nodes decide the journal again; on servers it needs the tables' owner. Nothing is lost\n"
       "meanwhile: the journal has everything.\n"
       "Exit code 0: lifted; what is printed is how it was. 1: it was not halted, or could not be lifted.\n",
       {unhalt_options.begin(), unhalt_options.end()},
       unhalt}};
}

}  // namespace firstcome::cli
