#include <cstdio>

#include "cli/verb.h"
#include "store/postgres/postgres_store.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

int fail_restored(const Error& error) {
  std::fprintf(stderr, "firstcome store restored: %s\n", error.message.c_str());
  return kFailed;
}

int restored(const Values& values) {
  auto store = store::open_postgres_store(values.text("store"));
  if (!store.ok()) return fail_restored(store.error());
  const auto incarnations = (*store)->begin_incarnation();
  if (!incarnations.ok()) return fail_restored(incarnations.error());
  auto reader = (*store)->make_reader();
  if (!reader.ok()) return fail_restored(reader.error());
  const auto positions = (*reader)->positions();
  if (!positions.ok()) return fail_restored(positions.error());
  if (values.on("json")) {
    std::printf("%s\n", text::JsonObject()
                            .json("positions", text::json_list(*positions,
                                                               [](const store::Position& one) {
                                                                 return text::JsonObject()
                                                                     .number("partition", one.partition)
                                                                     .number("nextOffset", one.next_offset)
                                                                     .str();
                                                               }))
                            .str()
                            .c_str());
    return kFine;
  }
  std::printf("from here on tickets carry a new number; those of the lost history are answered 410:\n");
  for (const store::Position& one : *positions) {
    std::printf("partition %d: tickets at or behind offset %lld from before the restore\n", one.partition,
                static_cast<long long>(one.next_offset));
  }
  std::printf("start the nodes now\n");
  return kFine;
}

}  // namespace

Verb store_restored_verb() {
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
