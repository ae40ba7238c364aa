#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "cli/command_result.h"
#include "cli/location_options.h"
#include "node/store_rebuild.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

/// Asks for confirmation on a terminal.
bool is_confirmed() {
  std::fputs(
      "This removes policies and coupons from the store. The journal stays, and nodes decide it again. "
      "Continue? "
      "[y/N] ",
      stderr);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

int run(const Values& values) {
  const std::string command = "store rebuild";
  if (!values.has("data") && !names_servers(values)) {
    return refuse(command, "--data, or --journal and --store, is required");
  }
  const auto location = data_location(values);
  if (!location.ok()) return refuse(command, location.error());
  if (!values.on("yes") && isatty(STDIN_FILENO) == 0) {
    return refuse(command, "this removes rows from the store: use --yes, or run it on a terminal to confirm");
  }
  if (!values.on("yes") && !is_confirmed()) return fail(command, "nothing was changed: not confirmed");
  std::optional<Partition> partition;
  if (values.has("partition")) partition = static_cast<Partition>(values.number("partition"));
  const Status done = node::rebuild_store(*location, partition);
  if (!done.ok()) return fail(command, done.error());
  return print_result(
      values, text::JsonObject().truth("setBack", true),
      "The store is reset to the beginning of the journal. Running nodes decide the journal again now, "
      "other nodes at "
      "their next start. Then run: firstcome audit\n");
}

}  // namespace

Command store_rebuild_command() {
  const auto options = with_servers_options(store_rebuild_options());
  return {
      "store rebuild",
      "Remove the rows of the store, so that nodes decide the journal again",
      "  firstcome store rebuild --data /var/lib/firstcome --partition 0\n"
      "  firstcome store rebuild --partition 0 --journal kafka://a:9092,b:9092 --store "
      "postgresql://owner@db.example/firstcome\n"
      "\nUse it after rows of the store were changed or removed by hand. The installation key and the "
      "settings stay,\n"
      "so tickets stay valid. Policies, coupons and history are removed and decided again from the journal.\n"
      "Unreadable records are copied to the dead letters again. On servers it needs the owner of the "
      "tables;\n"
      "published events stay published.\n"
      "Exit code 0: reset. 1: not reset, for example because the beginning of the journal was removed.\n",
      {options.begin(), options.end()},
      run};
}

}  // namespace firstcome::cli
