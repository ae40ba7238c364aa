#include <cstdio>

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

std::string in_words(const std::vector<store::Position>& positions) {
  std::string words =
      "from here on tickets carry a new number; those of the lost history are answered 410:\n";
  for (const store::Position& one : positions) {
    words += "partition " + std::to_string(one.partition) + ": tickets at or behind offset " +
             std::to_string(one.next_offset) + " from before the restore\n";
  }
  return words + "start the nodes now\n";
}

int restored(const Values& values) {
  const std::string command = "store restored";
  auto store = store::open_postgres_store(values.text("store"));
  if (!store.ok()) return fail(command, store.error());
  const auto incarnations = (*store)->begin_incarnation();
  if (!incarnations.ok()) return fail(command, incarnations.error());
  auto reader = (*store)->make_reader();
  if (!reader.ok()) return fail(command, reader.error());
  const auto positions = (*reader)->positions();
  if (!positions.ok()) return fail(command, positions.error());
  const auto list = text::json_list(*positions, [](const auto& one) { return as_json(one); });
  return print_result(values, text::JsonObject().json("positions", list), in_words(*positions));
}

}  // namespace

Command store_restored_command() {
  const auto options = store_restored_options();
  return {
      "store restored",
      "begin a new history of tickets, after a backup was restored",
      "  firstcome store restored --store postgresql://owner@db.example/firstcome\n"
      "\nRun it once after journal and store were restored from a backup, while every node is stopped. "
      "Tickets\n"
      "that were given after the backup are answered 410 then: their places hold other requests now. "
      "Without\n"
      "it such a ticket could name another user's outcome. Where only the store was restored, the journal\n"
      "decides the rest again, equally, and all tickets stay true: it is not needed then.\n"
      "A data folder does not need it: each start of its server does the same.\n",
      {options.begin(), options.end()},
      restored};
}

}  // namespace firstcome::cli
