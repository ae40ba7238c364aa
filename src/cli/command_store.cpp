#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "cli/command_result.h"
#include "cli/location_options.h"
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
  const bool grants = values.has("grant-edge");
  if (grants != values.has("grant-issuer")) {
    return refuse("store migrate", "--grant-edge and --grant-issuer are required together");
  }
  const std::string& address = values.text("store");
  const auto applied = store::migrate_postgres_store(address);
  if (!applied.ok()) return fail("store migrate", applied.error());
  if (grants) {
    const Status granted =
        store::grant_postgres_rights(address, values.text("grant-edge"), values.text("grant-issuer"));
    if (!granted.ok()) return fail("store migrate", granted.error());
  }
  std::string text = *applied == 0 ? "The tables are up to date already." : "The tables are up to date now.";
  if (grants) {
    text +=
        fmt::format(" {} and {} have their rights.", values.text("grant-edge"), values.text("grant-issuer"));
  } else if (*applied > 0) {
    text += " Run sql/postgres/grants.sql to give the roles of edges and issuers their rights.";
  }
  return print_result(
      values, text::JsonObject().number("migrationsApplied", *applied).truth("granted", grants), text + "\n");
}

// --- which store --------------------------------------------------------------------------------------

/// Checks that exactly one of --store and --data is given. Returns the error, or an empty text.
std::string wrong_store(const Values& values) {
  if (values.has("store") && values.has("data")) return "use either --store or --data";
  if (!values.has("store") && !values.has("data")) return "--store or --data is required";
  return {};
}

std::string file_of(const Values& values) {
  return (std::filesystem::path(values.text("data")) / "store.sqlite").string();
}

/// An existing store whose tables this version can use. Opening it changes nothing, not even a file.
struct OpenedStore {
  std::unique_ptr<store::Store> server;  ///< outlives the reader
  std::unique_ptr<store::Reader> reader;
  store::Settings settings;
  std::vector<Position> positions;
};

Result<OpenedStore> open_store(const Values& values) {
  OpenedStore opened;
  auto reader = [&]() -> Result<std::unique_ptr<store::Reader>> {
    if (values.has("data")) {
      RETURN_IF_ERROR(node::check_access(values.text("data"), node::Access::Read));
      RETURN_IF_ERROR(node::check_there(values.text("data"), "store.sqlite"));
      return store::read_sqlite_store(file_of(values));
    }
    ASSIGN_OR_RETURN(opened.server, store::open_postgres_store(values.text("store")));
    return opened.server->make_reader();
  }();
  if (!reader.ok()) return reader.error();
  opened.reader = std::move(*reader);
  ASSIGN_OR_RETURN(opened.settings, opened.reader->settings());
  ASSIGN_OR_RETURN(opened.positions, opened.reader->positions());
  return opened;
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

std::string format_position(const Position& position) {
  const std::string name = fmt::format("partition {}", position.partition);
  std::string text = position.next_offset == 0
                         ? fmt::format("{}: nothing is saved yet\n", name)
                         : fmt::format("{}: saved up to offset {}, journal time {}\n", name,
                                       position.next_offset, format_rfc3339(position.state.clock));
  if (!position.halted_reason.empty())
    text += fmt::format("{} is HALTED: {}\n", name, position.halted_reason);
  return text;
}

int check(const Values& values) {
  if (const std::string what = wrong_store(values); !what.empty()) return refuse("store check", what);
  const auto opened = open_store(values);
  if (!opened.ok()) return fail("store check", opened.error());
  const store::Settings& settings = opened->settings;
  std::string text = fmt::format("journal {}, era {}, {} partitions\n", settings.journal_identity,
                                 settings.era, settings.partitions);
  for (const Position& position : opened->positions) text += format_position(position);
  const bool fine =
      std::ranges::all_of(opened->positions, [](const Position& one) { return one.halted_reason.empty(); });
  return print_result(values, as_json(settings, opened->positions), text, fine ? kFine : kFailed);
}

// --- unhalt -------------------------------------------------------------------------------------------

/// The position of a halted partition. The error says why there is none.
Result<Position> find_halted(const std::vector<Position>& positions, Partition partition) {
  const auto found = std::ranges::find(positions, partition, &Position::partition);
  if (found == positions.end()) {
    return Error::permanent("the store has no partition {}: it has {} partitions, numbered from 0", partition,
                            positions.size());
  }
  if (found->halted_reason.empty()) {
    return Error::permanent("partition {} is not halted; nothing was changed", partition);
  }
  return *found;
}

Status lift_halt(const Values& values, OpenedStore& opened, Partition partition) {
  opened.reader.reset();  // its snapshot of a file is outdated after the change
  if (values.has("data")) {
    RETURN_IF_ERROR(node::check_access(values.text("data"), node::Access::Write));
    ASSIGN_OR_RETURN(opened.server, store::open_sqlite_store(file_of(values)));
  }
  ASSIGN_OR_RETURN(auto writer, opened.server->make_writer());
  return writer->unhalt(partition);
}

Status trust_store(const Values& values, OpenedStore& opened, Partition partition) {
  RETURN_IF_ERROR(node::check_rows(*opened.reader, partition, opened.settings.partitions));
  return lift_halt(values, opened, partition);
}

/// Rebuilds the rows from the journal, so the options must name the journal as well.
Status trust_journal(const Values& values, OpenedStore& opened, Partition partition) {
  opened.reader.reset();
  ASSIGN_OR_RETURN(const auto location, data_location(values));
  return node::rebuild_store(location, partition);
}

int unhalt(const Values& values) {
  if (const std::string what = wrong_store(values); !what.empty()) return refuse("store unhalt", what);
  if (values.text("trust") == "journal" && values.has("store") && !values.has("journal")) {
    return refuse("store unhalt", "--trust journal with --store needs --journal kafka://host:9092 as well");
  }
  auto opened = open_store(values);
  if (!opened.ok()) return fail("store unhalt", opened.error());
  const auto partition = static_cast<Partition>(values.number("partition"));
  const auto halted = find_halted(opened->positions, partition);
  if (!halted.ok()) return fail("store unhalt", halted.error());
  const Status lifted = values.text("trust") == "journal" ? trust_journal(values, *opened, partition)
                                                          : trust_store(values, *opened, partition);
  if (!lifted.ok()) return fail("store unhalt", lifted.error());
  return print_result(
      values, as_json(*halted),
      fmt::format("partition {} was halted: {}\nThe halt is lifted. Nodes save from offset {} on and answer "
                  "callers again. If "
                  "the cause still exists, the partition halts at the next save.\n",
                  partition, halted->halted_reason, halted->next_offset));
}

}  // namespace

std::vector<Command> store_commands() {
  const auto migrate_options = store_migrate_options();
  const auto check_options = store_check_options();
  const auto unhalt_options = store_unhalt_options();
  return {
      {"store migrate",
       "Create the tables of a PostgreSQL store, or update them",
       "  firstcome store migrate --store postgresql://owner@db.example/firstcome\n"
       "  firstcome store migrate --store postgresql://owner@db.example/firstcome --grant-edge firstcome_edge "
       "--grant-issuer firstcome_issuer\n"
       "\nRun it before you start a new version. Nodes of the old version may run meanwhile. --grant-edge and\n"
       "--grant-issuer do what sql/postgres/grants.sql does, without psql; both may name the same role.\n",
       {migrate_options.begin(), migrate_options.end()},
       migrate},
      {"store check",
       "Check that this version can use the store, and print its positions",
       "  firstcome store check --store postgresql://firstcome_edge@db.example/firstcome\n"
       "  firstcome store check --data /var/lib/firstcome    a server may run on it\n"
       "\nExit code 0: this version can use the store, and no partition is halted. 1: otherwise.\n",
       {check_options.begin(), check_options.end()},
       check},
      {"store unhalt",
       "Lift the halt of a partition",
       "  firstcome store unhalt --partition 0 --store postgresql://firstcome_issuer@db.example/firstcome\n"
       "  firstcome store unhalt --partition 0 --data /var/lib/firstcome    a server may run on it\n"
       "  firstcome store unhalt --partition 0 --trust journal --journal kafka://a:9092,b:9092 --store "
       "postgresql://owner@db.example/firstcome\n"
       "\nA partition halts when store and journal contradict each other. Run `firstcome audit`: its last "
       "lines say\n"
       "which side is wrong. If the node is wrong, use --trust store: every node loads the store's rows. "
       "If the\n"
       "store is wrong, correct its rows and use --trust store, or use --trust journal: the rows of the "
       "partition\n"
       "are removed and nodes decide the journal again. On servers, --trust journal needs the owner of the "
       "tables.\n"
       "Nothing is lost meanwhile: the journal has every record.\n"
       "Exit code 0: lifted; the output is the previous state. 1: it was not halted, or could not be "
       "lifted.\n",
       {unhalt_options.begin(), unhalt_options.end()},
       unhalt}};
}

}  // namespace firstcome::cli
