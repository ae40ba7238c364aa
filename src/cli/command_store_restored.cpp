#include <fmt/core.h>

#include "cli/command_result.h"
#include "store/postgres/postgres_store.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

std::string as_json(const store::Position& position) {
  return text::JsonObject()
      .number("partition", position.partition)
      .number("nextOffset", position.next_offset)
      .str();
}

std::string describe(const std::vector<store::Position>& positions) {
  std::string text = "New tickets belong to a new incarnation. Tickets of the lost history get 410:\n";
  for (const store::Position& one : positions) {
    text += fmt::format("partition {}: tickets from before the restore with offset {} or higher\n",
                        one.partition, one.next_offset);
  }
  return text + "Start the nodes now.\n";
}

/// The positions at which the new incarnation begins.
Result<std::vector<store::Position>> begin_incarnation(const std::string& address) {
  ASSIGN_OR_RETURN(const auto store, store::open_postgres_store(address));
  RETURN_IF_ERROR(store->begin_incarnation());
  ASSIGN_OR_RETURN(const auto reader, store->make_reader());
  return reader->positions();
}

int restored(const Values& values) {
  const auto positions = begin_incarnation(values.text("store"));
  if (!positions.ok()) return fail("store restored", positions.error());
  const auto list = text::json_list(*positions, [](const auto& one) { return as_json(one); });
  return print_result(values, text::JsonObject().json("positions", list), describe(*positions));
}

}  // namespace

Command store_restored_command() {
  const auto options = store_restored_options();
  return {"store restored",
          "Begin a new incarnation after a restore from a backup",
          "  firstcome store restored --store postgresql://owner@db.example/firstcome\n"
          "\nRun it once after journal and store were restored from a backup, while every node is stopped. "
          "Tickets that\n"
          "were issued after the backup then get 410, because their offsets now have other requests. Without "
          "it such a\n"
          "ticket could return the result of another user. It is not needed if only the store was restored: "
          "nodes\n"
          "decide the rest of the journal again with the same results, and all tickets stay valid. It is not "
          "needed for\n"
          "a data folder: the server does the same at each start.\n",
          {options.begin(), options.end()},
          restored};
}

}  // namespace firstcome::cli
