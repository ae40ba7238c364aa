#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "cli/command_line.h"
#include "cli/place_options.h"
#include "cli/verb.h"
#include "node/store_rebuild.h"
#include "text/json_object.h"

namespace firstcome::cli {
namespace {

bool confirmed(const Values& values) {
  if (values.on("yes")) return true;
  if (isatty(STDIN_FILENO) == 0) {
    std::fputs("firstcome store rebuild: say --yes where no one can be asked\n", stderr);
    return false;
  }
  std::fputs(
      "This removes policies and coupons from the store; the journal, which stays, is decided again. Go on? "
      "[y/N] ",
      stderr);
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

int refuse(const std::string& what) {
  std::fputs(wrong_usage("store rebuild", what).text.c_str(), stderr);
  return kWrongUsage;
}

int run(const Values& values) {
  if (!values.has("data") && !names_servers(values)) {
    return refuse("--data is required, or --journal and --store");
  }
  const auto place = data_place(values);
  if (!place.ok()) return refuse(place.error().message);
  if (!confirmed(values)) return kFailed;
  std::optional<Partition> partition;
  if (values.has("partition")) partition = static_cast<Partition>(values.number("partition"));
  if (const Status done = node::rebuild_store(*place, partition); !done.ok()) {
    std::fprintf(stderr, "firstcome store rebuild: %s\n", done.error().message.c_str());
    return kFailed;
  }
  if (values.on("json")) {
    std::printf("%s\n", text::JsonObject().truth("setBack", true).str().c_str());
    return kFine;
  }
  std::printf(
      "The store is reset to the beginning of the journal. Nodes that run decide the journal again now, "
      "otherwise the next start does. Then run: firstcome audit\n");
  return kFine;
}

}  // namespace

Verb store_rebuild_verb() {
  const auto options = with_servers_options(store_rebuild_options());
  return {
      "store rebuild",
      "remove the store's rows and have nodes decide the journal again",
      "  firstcome store rebuild --data /var/lib/firstcome --partition 0\n"
      "  firstcome store rebuild --partition 0 --journal kafka://a:9092,b:9092 --store "
      "postgresql://owner@db.example/firstcome\n"
      "\nFor rows of the store that were changed or removed by hand. The installation key and the "
      "settings stay,\n"
      "so tickets stay valid. Policies, coupons and history are removed and decided again from the journal,\n"
      "which has everything. Records that could not be read are copied to the dead letters once more. On\n"
      "servers it needs the tables' owner; events that are published stay published.\n"
      "Exit code 0: reset. 1: not, for instance because the journal no longer has its beginning.\n",
      {options.begin(), options.end()},
      run};
}

}  // namespace firstcome::cli
